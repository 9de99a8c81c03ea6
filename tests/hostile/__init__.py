"""The suite under pressure: servers that send what no server should. `make hostile` runs these tests."""
