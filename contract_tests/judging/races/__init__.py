"""What overlapped: calls at once, and whether some order of them explains their answers."""
