//! What a transfer carried: size, hashes, MIME by magic, entropy, extraction under safe names
