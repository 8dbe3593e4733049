"""What every room stands on: tasks, errors, limits and small facts. Imports the standard library only."""
