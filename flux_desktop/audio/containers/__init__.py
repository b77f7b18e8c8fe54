"""Containers of compressed audio: where the audio in them begins and ends. Decoding is left to libsndfile."""
