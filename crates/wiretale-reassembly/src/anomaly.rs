//! What a connection did that it should not have, or that can be read in two ways.

/// One oddity. It borrows the bytes in question where there are any.
///
/// Events come as often as their cause; whoever writes them down limits their rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anomaly<'a> {
    /// Two copies of the same place with different bytes.
    Conflict(Conflict<'a>),
    /// A RST that is not at the next sequence number: a host answers it with a challenge (RFC 5961) and goes on.
    RstOutOfSequence,
    /// The connection went on after a valid RST: that one was likely forged.
    Reopened,
    /// Data after a valid RST, before anybody acknowledged any.
    DataAfterReset,
    /// A RST with so many bytes of payload, which are ignored.
    RstWithData(u32),
    /// A SYN with a new number inside an established connection; ignored unless the peer confirms it.
    SynInside,
    /// A second SYN with another number before the connection was established.
    SynSeqJump,
    /// A SYN with so many bytes of data.
    SynWithData(u32),
    /// The SYN-ACK accepted so many of the SYN's bytes (TCP Fast Open), and left so many.
    SynDataJudged {
        /// Delivered.
        accepted: u32,
        /// Dropped.
        refused: u32,
    },
    /// A SYN with FIN or RST.
    SynFin,
    /// A second SYN-ACK with another number.
    SynAckSeqJump,
    /// A SYN-ACK that acknowledges no SYN that was seen.
    BadSynAck,
    /// A SYN-ACK before any SYN.
    UnsolicitedSynAck,
    /// Both sides sent a SYN.
    SimultaneousOpen,
    /// The server answered a SYN with a SYN, and the client acknowledged it with a SYN-ACK.
    SplitHandshake,
    /// A SYN opened a new connection on this one's addresses and ports after it was closed.
    ReuseAfterClose,
    /// A confirmed SYN opened a new connection on this one's addresses and ports while it was alive.
    ReuseWhileActive,
    /// Data before the handshake was complete.
    DataBeforeEstablished,
    /// A segment without the ACK flag where hosts want it.
    NoAckFlag,
    /// An acknowledgement of bytes the other side was not seen to send.
    AckUnseen {
        /// Whether its own bytes were taken in the end.
        accepted: bool,
    },
    /// An acknowledgement far below what is acknowledged.
    AckTooOld,
    /// Bytes beyond what the receiver offered to take.
    OutOfWindow {
        /// Whether they were taken in the end.
        accepted: bool,
    },
    /// A sequence number before the first byte of the stream.
    SeqUnderflow,
    /// A FIN beyond what the receiver offered to take.
    FinOutOfWindow,
    /// Bytes at or behind a FIN.
    DataAfterFin,
    /// The receiver acknowledged bytes behind a FIN: that FIN was likely forged.
    FinVoid,
    /// A second FIN at another place.
    FinMoved,
    /// The urgent pointer marks the byte at this offset.
    UrgentData {
        /// Offset in the stream.
        offset: u64,
    },
    /// A TTL unlike that of the sender's other packets, on a segment that matters.
    TtlChanged {
        /// As before.
        usual: u8,
        /// On this segment.
        seen: u8,
    },
    /// A timestamp older than the last (RFC 7323 section 5).
    PawsFailed,
    /// An MD5 (RFC 2385) or authentication option (RFC 5925) where the connection has none, or none where it has.
    SignatureMismatch,
    /// The first packet seen was not a SYN.
    Midstream,
    /// Only one side is seen; its segments are taken without the other's word.
    OneSided,
    /// So many bytes from this offset are missing.
    Gap {
        /// Offset in the stream.
        offset: u64,
        /// How many.
        len: u64,
    },
    /// A gap had to be declared, or a segment judged, because a bound was reached.
    LimitReached(Bound),
    /// Bytes are delivered on arrival from now on, since nobody acknowledges them.
    DeliveryChanged,
    /// So many bytes were sent again, the same or not comparable.
    Retransmission(u32),
    /// A window scale beyond 14 (RFC 7323 section 2.3).
    WindowScale(u8),
}

/// Two copies of the same place with different bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conflict<'a> {
    /// Where both begin.
    pub offset: u64,
    /// The bytes that were there.
    pub old: &'a [u8],
    /// The bytes that came, as many.
    pub new: &'a [u8],
    /// Which of them are in the stream.
    pub winner: Winner,
    /// TTL of the old bytes' packet.
    pub old_ttl: u8,
    /// TTL of the new bytes' packet.
    pub new_ttl: u8,
    /// Had the old bytes been delivered already?
    pub delivered: bool,
}

/// Which copy is in the stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Winner {
    /// What was there.
    Old,
    /// What came.
    New,
}

/// Which bound was reached.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Bound {
    /// [`Limits::held`](crate::Limits::held).
    HeldBytes,
    /// [`Limits::pieces`](crate::Limits::pieces).
    HeldPieces,
    /// [`Limits::hole_age`](crate::Limits::hole_age).
    HoleAge,
    /// [`Limits::doubts`](crate::Limits::doubts).
    Doubts,
}

impl Bound {
    /// Its name in snake case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HeldBytes => "held_bytes",
            Self::HeldPieces => "held_pieces",
            Self::HoleAge => "hole_age",
            Self::Doubts => "doubts",
        }
    }
}

impl Anomaly<'_> {
    /// Its name as a weird: Zeek's where Zeek has one.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "rexmit_inconsistency",
            Self::RstOutOfSequence => "rst_out_of_sequence",
            Self::Reopened => "reopened_after_reset",
            Self::DataAfterReset => "data_after_reset",
            Self::RstWithData(_) => "rst_with_data",
            Self::SynInside => "SYN_inside_connection",
            Self::SynSeqJump => "SYN_seq_jump",
            Self::SynWithData(_) => "SYN_with_data",
            Self::SynDataJudged { .. } => "syn_data_judged",
            Self::SynFin => "baroque_SYN",
            Self::SynAckSeqJump => "repeated_SYN_reply_wo_ack",
            Self::BadSynAck => "bad_SYN_ack",
            Self::UnsolicitedSynAck => "unsolicited_SYN_response",
            Self::SimultaneousOpen => "simultaneous_open",
            Self::SplitHandshake => "split_handshake",
            Self::ReuseAfterClose => "SYN_after_close",
            Self::ReuseWhileActive => "active_connection_reuse",
            Self::DataBeforeEstablished => "data_before_established",
            Self::NoAckFlag => "data_without_ack",
            Self::AckUnseen { .. } => "ack_of_unseen_data",
            Self::AckTooOld => "TCP_ack_underflow_or_misorder",
            Self::OutOfWindow { .. } => "out_of_window",
            Self::SeqUnderflow => "TCP_seq_underflow_or_misorder",
            Self::FinOutOfWindow => "fin_out_of_window",
            Self::DataAfterFin => "data_after_fin",
            Self::FinVoid => "fin_void",
            Self::FinMoved => "FIN_advanced_last_seq",
            Self::UrgentData { .. } => "urgent_data",
            Self::TtlChanged { .. } => "ttl_changed",
            Self::PawsFailed => "paws_failed",
            Self::SignatureMismatch => "tcp_signature_mismatch",
            Self::Midstream => "midstream_pickup",
            Self::OneSided => "one_sided",
            Self::Gap { .. } => "content_gap",
            Self::LimitReached(_) => "reassembly_limit",
            Self::DeliveryChanged => "delivery_on_arrival",
            Self::Retransmission(_) => "retransmission",
            Self::WindowScale(_) => "TCP_scale_range",
        }
    }

    /// Does it say that two readings of the stream are possible, so that a host may have seen other bytes?
    #[must_use]
    pub const fn is_ambiguity(&self) -> bool {
        matches!(
            self,
            Self::Conflict(_)
                | Self::Reopened
                | Self::FinVoid
                | Self::DataAfterFin
                | Self::UrgentData { .. }
                | Self::AckUnseen { accepted: true }
                | Self::OutOfWindow { accepted: true }
        )
    }
}
