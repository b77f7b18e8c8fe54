"""Speech recognition with Whisper: features, model, words and the choice of what is decoded next.

Imported by the decode process only, which loads the model; nothing here knows of streams or of the event loop.
"""
