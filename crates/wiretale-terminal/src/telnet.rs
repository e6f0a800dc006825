//! Telnet's commands, taken out of the text (RFC 854, RFC 855).

/// Where in a command the stream stands.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) enum Telnet {
    /// In the text.
    #[default]
    Text,
    /// Behind IAC.
    Command,
    /// Behind WILL, WONT, DO or DONT: an option follows.
    Choice,
    /// In a subnegotiation.
    Sub,
    /// Behind IAC in a subnegotiation.
    SubCommand,
}

impl Telnet {
    /// The byte as text, unless it belongs to a command.
    pub(crate) fn strip(&mut self, byte: u8) -> Option<u8> {
        let (next, text) = match (*self, byte) {
            (Self::Text, IAC) => (Self::Command, None),
            (Self::Text, _) => (Self::Text, Some(byte)),
            (Self::Command, IAC) => (Self::Text, Some(IAC)),
            (Self::Command, 251..=254) => (Self::Choice, None),
            (Self::Command, 250) => (Self::Sub, None),
            (Self::Command | Self::Choice, _) | (Self::SubCommand, 240) => (Self::Text, None),
            (Self::Sub, IAC) => (Self::SubCommand, None),
            (Self::Sub | Self::SubCommand, _) => (Self::Sub, None),
        };
        *self = next;
        text
    }
}

/// Begins a command.
pub(crate) const IAC: u8 = 255;
