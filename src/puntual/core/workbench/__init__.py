"""The desk, pure: the queue of whom to speak with, results of a conversation, scripts, assignment, goals, times."""
