"""The suite and the mock under pressure, by servers and clients that send what none should: `make hostile`."""
