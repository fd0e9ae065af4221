"""What makes a repository know svcctl: attributes, settings, hooks."""
