"""The terminal: command line, follower, screens. The only room that knows textual and watchdog."""
