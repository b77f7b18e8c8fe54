"""Sound from files and microphones, as numbers and bytes."""
