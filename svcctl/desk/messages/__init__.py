"""The outbox: who is to be told what. Sending is somebody else's; the book says that it is owed."""
