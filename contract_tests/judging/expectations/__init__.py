"""What may be answered: the situations that a request is in, and the status that they allow."""
