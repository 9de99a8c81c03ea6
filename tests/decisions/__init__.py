"""Same decisions: recorded requests go through stock Connexion and through the mock, which decide alike."""
