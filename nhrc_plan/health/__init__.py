"""Whether the service is alive and ready, and what people are told while it is not."""
