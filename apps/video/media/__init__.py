"""Reading, encoding and packaging of films with libav and ffmpeg; knows files and numbers, no database."""
