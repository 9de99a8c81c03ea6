"""What the content of a success shows: the fleet, the codes, the keys or the prices, and the form of it all."""
