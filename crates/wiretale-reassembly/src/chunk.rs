//! What a reassembled stream is made of.

/// One step of one direction of a stream. Bytes, holes and the end arrive in stream order, each exactly once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chunk<'a> {
    /// The next bytes. A slice of the packet itself where they arrived in order. Never empty.
    /// A UDP datagram is one `Data` that is whole by itself.
    Data(&'a [u8]),
    /// So many bytes were on the wire but are not to be had. Never zero.
    Gap(u64),
    /// Nothing follows in this direction.
    End(End),
}

/// How a direction ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum End {
    /// The sender said so (FIN).
    Finished,
    /// One side reset the connection.
    Reset,
    /// The connection was given up: timed out, evicted, or the capture ended.
    Abandoned,
}
