"""One module a command of ``shike``; each is imported when its command runs."""
