"""What svcctl commits by itself: the queue, the commit, its words."""
