//! The commands of IRC, typed.

use core::fmt;

use crate::Wire;

macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident $name:literal $source:ident,)*) => {
        /// A command or a numeric reply.
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Command<'a> {
            $(#[doc = concat!("`", $name, "`.")] $variant,)*
            /// A numeric reply: three digits. [`crate::numerics`] names them.
            Numeric(u16),
            /// A command this crate has no name for, as it stood on the wire.
            Unknown(&'a [u8]),
        }

        impl Command<'_> {
            pub(crate) fn relend<'b>(self, lender: &mut impl wiretale_protocol::Lend<'b>) -> Command<'b> {
                match self {
                    $(Self::$variant => Command::$variant,)*
                    Self::Numeric(numeric) => Command::Numeric(numeric),
                    Self::Unknown(name) => Command::Unknown(lender.lend(name)),
                }
            }
        }

        impl<'a> Command<'a> {
            /// Reads a command, in any case. Three digits are a numeric.
            #[must_use]
            #[inline]
            pub fn from_wire(wire: &'a [u8]) -> Self {
                if let &[a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] = wire {
                    return Self::Numeric(u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0'));
                }
                // What most lines are.
                if wire == b"PRIVMSG" {
                    return Self::Privmsg;
                }
                if wire == b"NOTICE" {
                    return Self::Notice;
                }
                let known = <&[u8; 4]>::try_from(wire).ok().and_then(|wire| FOUR.iter().find(|(name, _)| name == wire));
                known.map_or_else(|| Self::in_any_case(wire), |&(_, command)| command)
            }

            #[cold]
            #[inline(never)]
            fn in_any_case(wire: &'a [u8]) -> Self {
                let mut upper = [0; LONGEST];
                let Some(upper) = upper.get_mut(..wire.len()) else { return Self::Unknown(wire) };
                for (to, from) in upper.iter_mut().zip(wire) {
                    *to = from.to_ascii_uppercase();
                }
                Self::named(upper).unwrap_or(Self::Unknown(wire))
            }

            fn named(upper: &[u8]) -> Option<Self> {
                // One level of dispatch on the length keeps the comparisons few.
                $(
                    if upper.len() == $name.len() && upper == $name.as_bytes() {
                        return Some(Self::$variant);
                    }
                )*
                None
            }

            /// Its name; `None` for numerics and unknown commands.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($name),)*
                    Self::Numeric(_) | Self::Unknown(_) => None,
                }
            }
        }

        /// Every command with a type, and where it comes from.
        pub const COMMANDS: &[(&str, Origin)] = &[$(($name, Origin::$source),)*];
    };
}

// Names of four letters are compared at once.
const FOUR: [([u8; 4], Command<'static>); 7] = [
    (*b"JOIN", Command::Join),
    (*b"PART", Command::Part),
    (*b"QUIT", Command::Quit),
    (*b"MODE", Command::Mode),
    (*b"NICK", Command::Nick),
    (*b"PING", Command::Ping),
    (*b"PONG", Command::Pong),
];

/// Where a command is specified or spoken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// RFC 1459 or RFC 2812.
    Rfc,
    /// RFC 2813, and what ngIRCd and IRCnet add to it.
    Rfc2813,
    /// The IRCv3 specifications.
    Ircv3,
    /// Ircds in the field, towards clients.
    Ircd,
    /// A shortcut to network services.
    Services,
    /// TS6 server links: Solanum, ircd-seven, hybrid.
    Ts6,
    /// The InspIRCd spanning tree.
    Inspircd,
    /// UnrealIRCd server links.
    Unreal,
}

commands! {
    Privmsg "PRIVMSG" Rfc,
    Notice "NOTICE" Rfc,
    Ping "PING" Rfc,
    Pong "PONG" Rfc,
    Join "JOIN" Rfc,
    Part "PART" Rfc,
    Quit "QUIT" Rfc,
    Nick "NICK" Rfc,
    Mode "MODE" Rfc,
    User "USER" Rfc,
    Pass "PASS" Rfc,
    Oper "OPER" Rfc,
    Topic "TOPIC" Rfc,
    Kick "KICK" Rfc,
    Invite "INVITE" Rfc,
    Away "AWAY" Rfc,
    Who "WHO" Rfc,
    Whois "WHOIS" Rfc,
    Whowas "WHOWAS" Rfc,
    Names "NAMES" Rfc,
    List "LIST" Rfc,
    Error "ERROR" Rfc,
    Kill "KILL" Rfc,
    Squit "SQUIT" Rfc,
    Server "SERVER" Rfc,
    Service "SERVICE" Rfc,
    Servlist "SERVLIST" Rfc,
    Squery "SQUERY" Rfc,
    Motd "MOTD" Rfc,
    Lusers "LUSERS" Rfc,
    Version "VERSION" Rfc,
    Stats "STATS" Rfc,
    Links "LINKS" Rfc,
    Time "TIME" Rfc,
    Connect "CONNECT" Rfc,
    Trace "TRACE" Rfc,
    Admin "ADMIN" Rfc,
    Info "INFO" Rfc,
    Rehash "REHASH" Rfc,
    Die "DIE" Rfc,
    Restart "RESTART" Rfc,
    Summon "SUMMON" Rfc,
    Users "USERS" Rfc,
    Wallops "WALLOPS" Rfc,
    Userhost "USERHOST" Rfc,
    Ison "ISON" Rfc,
    Njoin "NJOIN" Rfc2813,
    Chaninfo "CHANINFO" Rfc2813,
    Save "SAVE" Rfc2813,
    Unick "UNICK" Rfc2813,
    Smask "SMASK" Rfc2813,
    Eob "EOB" Rfc2813,
    Eoback "EOBACK" Rfc2813,
    Cap "CAP" Ircv3,
    Authenticate "AUTHENTICATE" Ircv3,
    Tagmsg "TAGMSG" Ircv3,
    Batch "BATCH" Ircv3,
    Account "ACCOUNT" Ircv3,
    Chghost "CHGHOST" Ircv3,
    Setname "SETNAME" Ircv3,
    Monitor "MONITOR" Ircv3,
    Metadata "METADATA" Ircv3,
    Starttls "STARTTLS" Ircv3,
    Webirc "WEBIRC" Ircv3,
    Fail "FAIL" Ircv3,
    Warn "WARN" Ircv3,
    Note "NOTE" Ircv3,
    Ack "ACK" Ircv3,
    Register "REGISTER" Ircv3,
    Verify "VERIFY" Ircv3,
    Markread "MARKREAD" Ircv3,
    Chathistory "CHATHISTORY" Ircv3,
    Redact "REDACT" Ircv3,
    Rename "RENAME" Ircv3,
    Watch "WATCH" Ircd,
    Knock "KNOCK" Ircd,
    Silence "SILENCE" Ircd,
    Accept "ACCEPT" Ircd,
    Map "MAP" Ircd,
    Rules "RULES" Ircd,
    Help "HELP" Ircd,
    Helpop "HELPOP" Ircd,
    Cprivmsg "CPRIVMSG" Ircd,
    Cnotice "CNOTICE" Ircd,
    Userip "USERIP" Ircd,
    Protoctl "PROTOCTL" Ircd,
    Locops "LOCOPS" Ircd,
    Globops "GLOBOPS" Ircd,
    Operwall "OPERWALL" Ircd,
    Challenge "CHALLENGE" Ircd,
    Dline "DLINE" Ircd,
    Undline "UNDLINE" Ircd,
    Kline "KLINE" Ircd,
    Unkline "UNKLINE" Ircd,
    Xline "XLINE" Ircd,
    Unxline "UNXLINE" Ircd,
    Resv "RESV" Ircd,
    Unresv "UNRESV" Ircd,
    Gline "GLINE" Ircd,
    Zline "ZLINE" Ircd,
    Eline "ELINE" Ircd,
    Qline "QLINE" Ircd,
    Shun "SHUN" Ircd,
    Testline "TESTLINE" Ircd,
    Testmask "TESTMASK" Ircd,
    Etrace "ETRACE" Ircd,
    Masktrace "MASKTRACE" Ircd,
    Chantrace "CHANTRACE" Ircd,
    Ojoin "OJOIN" Ircd,
    Sajoin "SAJOIN" Ircd,
    Sapart "SAPART" Ircd,
    Samode "SAMODE" Ircd,
    Sanick "SANICK" Ircd,
    Saquit "SAQUIT" Ircd,
    Sakick "SAKICK" Ircd,
    Satopic "SATOPIC" Ircd,
    Chgident "CHGIDENT" Ircd,
    Chgname "CHGNAME" Ircd,
    Sethost "SETHOST" Ircd,
    Setident "SETIDENT" Ircd,
    Close "CLOSE" Ircd,
    Hash "HASH" Ircd,
    Set "SET" Ircd,
    Dns "DNS" Ircd,
    Modules "MODULES" Ircd,
    Modlist "MODLIST" Ircd,
    Cycle "CYCLE" Ircd,
    Remove "REMOVE" Ircd,
    Uninvite "UNINVITE" Ircd,
    Dccallow "DCCALLOW" Ircd,
    Vhost "VHOST" Ircd,
    Botmotd "BOTMOTD" Ircd,
    Opermotd "OPERMOTD" Ircd,
    License "LICENSE" Ircd,
    Credits "CREDITS" Ircd,
    Isircx "ISIRCX" Ircd,
    Ircx "IRCX" Ircd,
    Prop "PROP" Ircd,
    Create "CREATE" Ircd,
    Whisper "WHISPER" Ircd,
    Nickserv "NICKSERV" Services,
    Ns "NS" Services,
    Chanserv "CHANSERV" Services,
    Cs "CS" Services,
    Memoserv "MEMOSERV" Services,
    Ms "MS" Services,
    Operserv "OPERSERV" Services,
    Os "OS" Services,
    Hostserv "HOSTSERV" Services,
    Hs "HS" Services,
    Botserv "BOTSERV" Services,
    Bs "BS" Services,
    Identify "IDENTIFY" Services,
    Id "ID" Services,
    Authserv "AUTHSERV" Services,
    Auth "AUTH" Services,
    Capab "CAPAB" Ts6,
    Svinfo "SVINFO" Ts6,
    Sid "SID" Ts6,
    Uid "UID" Ts6,
    Euid "EUID" Ts6,
    Sjoin "SJOIN" Ts6,
    Bmask "BMASK" Ts6,
    Tmode "TMODE" Ts6,
    Encap "ENCAP" Ts6,
    Tb "TB" Ts6,
    Tburst "TBURST" Ts6,
    Etb "ETB" Ts6,
    Ebmask "EBMASK" Ts6,
    Mlock "MLOCK" Ts6,
    Ban "BAN" Ts6,
    Login "LOGIN" Ts6,
    Su "SU" Ts6,
    Realhost "REALHOST" Ts6,
    Certfp "CERTFP" Ts6,
    Signon "SIGNON" Ts6,
    Svslogin "SVSLOGIN" Ts6,
    Gcap "GCAP" Ts6,
    Rsfnc "RSFNC" Ts6,
    Fjoin "FJOIN" Inspircd,
    Ijoin "IJOIN" Inspircd,
    Fmode "FMODE" Inspircd,
    Lmode "LMODE" Inspircd,
    Ftopic "FTOPIC" Inspircd,
    Fhost "FHOST" Inspircd,
    Fident "FIDENT" Inspircd,
    Fname "FNAME" Inspircd,
    Frhost "FRHOST" Inspircd,
    Opertype "OPERTYPE" Inspircd,
    Addline "ADDLINE" Inspircd,
    Delline "DELLINE" Inspircd,
    Burst "BURST" Inspircd,
    Endburst "ENDBURST" Inspircd,
    Sinfo "SINFO" Inspircd,
    Resync "RESYNC" Inspircd,
    Rsquit "RSQUIT" Inspircd,
    Idle "IDLE" Inspircd,
    Num "NUM" Inspircd,
    Push "PUSH" Inspircd,
    Snonotice "SNONOTICE" Inspircd,
    Svsnick "SVSNICK" Unreal,
    Svsmode "SVSMODE" Unreal,
    Svs2mode "SVS2MODE" Unreal,
    Svsjoin "SVSJOIN" Unreal,
    Svspart "SVSPART" Unreal,
    Svskill "SVSKILL" Unreal,
    Svshold "SVSHOLD" Unreal,
    Svstopic "SVSTOPIC" Unreal,
    Svsnoop "SVSNOOP" Unreal,
    Svso "SVSO" Unreal,
    Svsnline "SVSNLINE" Unreal,
    Swhois "SWHOIS" Unreal,
    Sdesc "SDESC" Unreal,
    Smo "SMO" Unreal,
    Sendsno "SENDSNO" Unreal,
    Sendumode "SENDUMODE" Unreal,
    Netinfo "NETINFO" Unreal,
    Eos "EOS" Unreal,
    Md "MD" Unreal,
    Smod "SMOD" Unreal,
    Slog "SLOG" Unreal,
    Tkl "TKL" Unreal,
    Umode2 "UMODE2" Unreal,
    Sasl "SASL" Unreal,
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Numeric(number) => write!(f, "{number:03}"),
            Self::Unknown(wire) => write!(f, "{}", Wire(wire)),
            named => f.write_str(named.name().unwrap_or_default()),
        }
    }
}

impl fmt::Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

// The longest command name with a type has 12 letters.
const LONGEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_in_any_case() {
        for (name, _) in COMMANDS {
            assert_eq!(Command::from_wire(name.as_bytes()).name(), Some(*name));
            assert_eq!(Command::from_wire(name.to_lowercase().as_bytes()).name(), Some(*name));
        }
    }

    #[test]
    fn only_three_digits_are_a_numeric() {
        assert_eq!(Command::from_wire(b"000"), Command::Numeric(0));
        assert_eq!(Command::from_wire(b"433"), Command::Numeric(433));
        assert_eq!(Command::from_wire(b"43"), Command::Unknown(b"43"));
        assert_eq!(Command::from_wire(b"4333"), Command::Unknown(b"4333"));
    }
}
