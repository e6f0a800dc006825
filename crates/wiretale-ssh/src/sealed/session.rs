//! The record of a session.

/// How sure an inference is: 0 is no sign at all, 100 is as good as seen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Confidence(pub u8);

/// What the encrypted part of a flow was, inferred from lengths and times alone.
///
/// It does not change when the same bytes are cut into other segments: it rests on the bytes that one side sent before
/// the other spoke, the time of the first of them, and packet borders only where the cipher leaves them readable.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Session {
    /// Who got in, and after how many tries.
    pub login: Login,
    /// Somebody types at the client: keystrokes from client to server, echoed.
    pub typing: Typing,
    /// Somebody types at the server's side: keystrokes from server to client, echoed, as through a reverse tunnel.
    pub reverse_typing: Typing,
    /// Keystrokes hidden in a train of packets at even times (OpenSSH 9.5 and later).
    pub obfuscated: Typing,
    /// Bulk data to the server.
    pub upload: Transfer,
    /// Bulk data to the client.
    pub download: Transfer,
    /// Connections made through the server (`ssh -L`, `-D`).
    pub local_forward: Confidence,
    /// Connections made back through the client (`ssh -R`).
    pub reverse_tunnel: Confidence,
    /// The SSH client is behind the listening side of the TCP connection. All else here goes by the parts played in SSH.
    pub client_listens: bool,
    /// Encrypted bytes the client sent.
    pub to_server: Volume,
    /// Encrypted bytes the server sent.
    pub to_client: Volume,
}

/// Authentication.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Login {
    /// Whether the client got in; `None` where nothing tells.
    pub accepted: Option<bool>,
    /// Attempts: refusals after the opening query for methods (`none`), and the success.
    pub attempts: u32,
    /// Of these, refused.
    pub refused: u32,
    /// The method `none` was enough.
    pub none: bool,
    /// How sure this is.
    pub confidence: Confidence,
}

/// Somebody typing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Typing {
    /// Keystrokes recognised.
    pub keystrokes: u32,
    /// How sure it is that this is typing.
    pub confidence: Confidence,
}

/// A bulk transfer.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Transfer {
    /// Bytes of it, padding and MACs included.
    pub bytes: u64,
    /// How sure it is that files or streams of data were copied.
    pub confidence: Confidence,
}

/// One direction's encrypted bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Volume {
    /// Bytes.
    pub bytes: u64,
    /// Turns: runs of bytes between two of the other side's.
    pub turns: u64,
    /// SSH packets, where the cipher leaves their lengths readable.
    pub packets: Option<u64>,
    /// Bytes that were not captured.
    pub missed: u64,
}
