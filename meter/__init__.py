"""Turns to money, curve and nudges: pure, without clock, screen or files (but the rate data)."""
