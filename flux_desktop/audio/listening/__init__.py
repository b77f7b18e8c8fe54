"""Sound that is heard in step with a run or its recording, from a process of its own."""
