"""What is built in which year, under budget."""
