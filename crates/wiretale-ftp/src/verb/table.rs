//! The names of all commands, and what answers them.

use super::Verb;

/// A name, its command, and codes.
pub(super) type Row = (&'static str, Verb, &'static [u16]);

/// Name, command, and the codes of its positive answers (RFC 959 section 5.4 and the RFCs named above). The first row of
/// a command bears its own name.
pub(super) const TABLE: &[Row] = &[
    ("<init>", Verb::Init, &[120, 220]),
    ("USER", Verb::User, &[230, 232, 331, 332, 336]),
    ("PASS", Verb::Pass, &[202, 230, 332]),
    ("ACCT", Verb::Acct, &[202, 230]),
    ("CWD", Verb::Cwd, &[200, 250]),
    ("XCWD", Verb::Cwd, &[200, 250]),
    ("CDUP", Verb::Cdup, &[200, 250]),
    ("XCUP", Verb::Cdup, &[200, 250]),
    ("SMNT", Verb::Smnt, &[202, 250]),
    ("QUIT", Verb::Quit, &[221]),
    ("REIN", Verb::Rein, &[120, 220]),
    ("PORT", Verb::Port, &[200]),
    ("PASV", Verb::Pasv, &[227]),
    ("EPRT", Verb::Eprt, &[200]),
    ("EPSV", Verb::Epsv, &[200, 229]),
    ("LPRT", Verb::Lprt, &[200]),
    ("LPSV", Verb::Lpsv, &[228]),
    ("TYPE", Verb::Type, &[200]),
    ("STRU", Verb::Stru, &[200]),
    ("MODE", Verb::Mode, &[200]),
    ("RETR", Verb::Retr, &[110, 125, 150, 226, 250]),
    ("STOR", Verb::Stor, &[110, 125, 150, 226, 250]),
    ("STOU", Verb::Stou, &[110, 125, 150, 226, 250]),
    ("APPE", Verb::Appe, &[125, 150, 226, 250]),
    ("LIST", Verb::List, &[125, 150, 226, 250]),
    ("NLST", Verb::Nlst, &[125, 150, 226, 250]),
    ("MLSD", Verb::Mlsd, &[125, 150, 226, 250]),
    ("MLST", Verb::Mlst, &[250]),
    ("ALLO", Verb::Allo, &[200, 202]),
    ("REST", Verb::Rest, &[350]),
    ("RNFR", Verb::Rnfr, &[350]),
    ("RNTO", Verb::Rnto, &[250]),
    ("ABOR", Verb::Abor, &[225, 226]),
    ("DELE", Verb::Dele, &[200, 250]),
    ("RMD", Verb::Rmd, &[250]),
    ("XRMD", Verb::Rmd, &[250]),
    ("MKD", Verb::Mkd, &[250, 257]),
    ("XMKD", Verb::Mkd, &[250, 257]),
    ("PWD", Verb::Pwd, &[257]),
    ("XPWD", Verb::Pwd, &[257]),
    ("SIZE", Verb::Size, &[213]),
    ("MDTM", Verb::Mdtm, &[213]),
    ("MFMT", Verb::Mfmt, &[213]),
    ("MFCT", Verb::Mfmt, &[213]),
    ("MFF", Verb::Mfmt, &[213]),
    ("SITE", Verb::Site, &[200, 202, 250]),
    ("SYST", Verb::Syst, &[215]),
    ("STAT", Verb::Stat, &[211, 212, 213]),
    ("HELP", Verb::Help, &[211, 214]),
    ("NOOP", Verb::Noop, &[200]),
    ("FEAT", Verb::Feat, &[211]),
    ("OPTS", Verb::Opts, &[200]),
    ("LANG", Verb::Lang, &[200]),
    ("HOST", Verb::Host, &[220]),
    ("CLNT", Verb::Clnt, &[200]),
    ("HASH", Verb::Hash, &[213]),
    ("XCRC", Verb::Hash, &[213, 250]),
    ("XMD5", Verb::Hash, &[213, 250, 251]),
    ("XSHA", Verb::Hash, &[213, 250]),
    ("XSHA1", Verb::Hash, &[213, 250]),
    ("XSHA256", Verb::Hash, &[213, 250]),
    ("XSHA512", Verb::Hash, &[213, 250]),
    ("AVBL", Verb::Avbl, &[213]),
    ("AUTH", Verb::Auth, &[234, 334]),
    ("ADAT", Verb::Adat, &[234, 235, 335]),
    ("PBSZ", Verb::Pbsz, &[200]),
    ("PROT", Verb::Prot, &[200]),
    ("CCC", Verb::Ccc, &[200]),
    ("MIC", Verb::Mic, &[631, 632, 633]),
    ("CONF", Verb::Conf, &[631, 632, 633]),
    ("ENC", Verb::Enc, &[631, 632, 633]),
];

/// The first letters of all names.
pub(super) const LETTERS: u32 = {
    let (mut letters, mut table) = (0, TABLE);
    while let [(name, ..), rest @ ..] = table {
        if let [first, ..] = name.as_bytes() {
            letters |= letter(*first);
        }
        table = rest;
    }
    letters
};

/// The longest of all names.
pub(super) const LONGEST: usize = 7;

/// A bit for each letter, in any case.
pub(super) const fn letter(byte: u8) -> u32 {
    if byte.is_ascii_alphabetic() { 1 << (byte & 31) } else { 0 }
}
