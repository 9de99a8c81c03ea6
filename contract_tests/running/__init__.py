"""One run: what its checks came to, folded into verdicts."""
