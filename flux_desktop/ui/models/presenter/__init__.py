"""What the presenter view shows, as plain data: keys, words, tiles, two arms, figures. No Qt."""
