//! Kinds of secrets, as people who must change them think of them.

/// What several kinds of secrets have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Sort {
    // In the order of change.
    rank: u8,
    /// What an account of it is called, before its name.
    pub(super) title: &'static str,
    /// What it is.
    pub(super) what: &'static str,
    /// What to do about it.
    pub(super) step: &'static str,
}

/// The sort that a kind of secret belongs to.
pub(super) fn sort(kind: &str) -> &'static Sort {
    match kind {
        _ if SERVICES.iter().any(|start| kind.starts_with(start)) => &ACCOUNT,
        "channel-key" => &KEY,
        "oper" => &OPER,
        "link" | "server-link" | "server-pass" => &LINK,
        "ftp" | "ftp-pass" | "ftp-acct" | "ftp-site" => &FTP,
        "bouncer" | "bouncer-set" | "bot-login" | "dcc-chat" => &BOUNCER,
        "prompt-password" => &PROMPT,
        _ => &OTHER,
    }
}

impl Sort {
    /// Is it what a program asks everybody for, and not anybody's own?
    pub(super) fn is_prompt(&self) -> bool {
        *self == PROMPT
    }
}

static ACCOUNT: Sort = Sort {
    rank: 0,
    title: "services account",
    what: "The password of a services account",
    step: "Change it with the services (SET PASSWORD), over an encrypted connection.",
};
static KEY: Sort = Sort {
    rank: 1,
    title: "key of",
    what: "The key of a channel",
    step: "Set another key (MODE +k) and tell the members in private.",
};
static OPER: Sort = Sort {
    rank: 2,
    title: "operator",
    what: "The password of an IRC operator",
    step: "Have the server's administrator replace the operator block's password.",
};
static LINK: Sort = Sort {
    rank: 3,
    title: "server link of",
    what: "The password of a link between servers",
    step: "Replace it in both servers' configuration, and encrypt the link.",
};
static FTP: Sort = Sort {
    rank: 4,
    title: "FTP account",
    what: "The password of an FTP account",
    step: "Change it on the server, and use SFTP or FTPS.",
};
static BOUNCER: Sort = Sort {
    rank: 5,
    title: "bouncer or bot",
    what: "The password of a bouncer or bot",
    step: "Change it there, and reach it over TLS only.",
};
static PROMPT: Sort =
    Sort { rank: 6, title: "password prompt", what: "The answer to a prompt for a password", step: "Change it." };
static OTHER: Sort = Sort { rank: 7, title: "password of", what: "A password", step: "Change it." };

const SERVICES: &[&str] = &[
    "nickserv",
    "chanserv",
    "authserv",
    "userserv",
    "service-",
    "q-",
    "x-",
    "sasl",
    "account",
    "set-password",
    "operserv",
    "hostserv",
    "memoserv",
];
