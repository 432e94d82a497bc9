"""Sans-I/O codecs: bytes to messages and back. Nothing here opens a socket, reads a clock or keeps a global."""
