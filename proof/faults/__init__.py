"""What breaks under a service at work, and what was lost by it: nothing."""
