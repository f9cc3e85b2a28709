"""Transcript bytes to turns: knows files and formats, no money and no screen."""
