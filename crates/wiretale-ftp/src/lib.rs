//! File Transfer Protocol off the wire: commands, replies, data connections, directories
