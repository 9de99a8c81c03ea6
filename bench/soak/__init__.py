"""The soak: many requests to one mock, a tenth of them hostile, and what has become of it afterwards."""
