//! Numbers and their names, as Zeek writes them (IANA's DNS parameters).

/// The name of a record type.
#[must_use]
pub fn type_name(kind: u16) -> Option<&'static str> {
    named(TYPES, kind)
}

/// The name of a class: `C_INTERNET`.
#[must_use]
pub fn class_name(class: u16) -> Option<&'static str> {
    named(CLASSES, class)
}

/// The name of a reply code: `NXDOMAIN`.
#[must_use]
pub fn rcode_name(rcode: u16) -> Option<&'static str> {
    named(RCODES, rcode)
}

/// The name of a kind of query: `notify`.
#[must_use]
pub fn opcode_name(opcode: u16) -> Option<&'static str> {
    named(OPCODES, opcode)
}

/// The name of a kind of query about NetBIOS names: `netbios-registration`.
#[must_use]
pub fn netbios_opcode_name(opcode: u16) -> Option<&'static str> {
    named(NETBIOS_OPCODES, opcode)
}

/// Is it known what a record of this type holds? What its data tells may be of no interest all the same.
#[must_use]
pub fn is_readable(kind: u16) -> bool {
    READABLE.binary_search(&kind).is_ok()
}

fn named(table: &[(u16, &'static str)], code: u16) -> Option<&'static str> {
    table.binary_search_by_key(&code, |&(code, _)| code).ok().and_then(|at| table.get(at)).map(|&(_, name)| name)
}

// Each in the order of its numbers.
const TYPES: &[(u16, &str)] = &[
    (1, "A"),
    (2, "NS"),
    (3, "MD"),
    (4, "MF"),
    (5, "CNAME"),
    (6, "SOA"),
    (7, "MB"),
    (8, "MG"),
    (9, "MR"),
    (10, "NULL"),
    (11, "WKS"),
    (12, "PTR"),
    (13, "HINFO"),
    (14, "MINFO"),
    (15, "MX"),
    (16, "TXT"),
    (17, "RP"),
    (18, "AFSDB"),
    (19, "X25"),
    (20, "ISDN"),
    (21, "RT"),
    (22, "NSAP"),
    (23, "NSAP-PTR"),
    (24, "SIG"),
    (25, "KEY"),
    (26, "PX"),
    (27, "GPOS"),
    (28, "AAAA"),
    (29, "LOC"),
    (30, "NXT"),
    (31, "EID"),
    (32, "NB"),
    (33, "SRV"),
    (34, "ATMA"),
    (35, "NAPTR"),
    (36, "KX"),
    (37, "CERT"),
    (38, "A6"),
    (39, "DNAME"),
    (40, "SINK"),
    (41, "EDNS"),
    (42, "APL"),
    (43, "DS"),
    (44, "SSHFP"),
    (45, "IPSECKEY"),
    (46, "RRSIG"),
    (47, "NSEC"),
    (48, "DNSKEY"),
    (49, "DHCID"),
    (50, "NSEC3"),
    (51, "NSEC3PARAM"),
    (52, "TLSA"),
    (53, "SMIMEA"),
    (55, "HIP"),
    (56, "NINFO"),
    (57, "RKEY"),
    (58, "TALINK"),
    (59, "CDS"),
    (60, "CDNSKEY"),
    (61, "OPENPGPKEY"),
    (62, "CSYNC"),
    (63, "ZONEMD"),
    (64, "SVCB"),
    (65, "HTTPS"),
    (99, "SPF"),
    (100, "DINFO"),
    (101, "UID"),
    (102, "GID"),
    (103, "UNSPEC"),
    (104, "NID"),
    (105, "L32"),
    (106, "L64"),
    (107, "LP"),
    (108, "EUI48"),
    (109, "EUI64"),
    (249, "TKEY"),
    (250, "TSIG"),
    (251, "IXFR"),
    (252, "AXFR"),
    (253, "MAILB"),
    (254, "MAILA"),
    (255, "*"),
    (256, "URI"),
    (257, "CAA"),
    (32768, "TA"),
    (32769, "DLV"),
    (65281, "WINS"),
    (65282, "WINS-R"),
    (65521, "INTEGRITY"),
];

const CLASSES: &[(u16, &str)] =
    &[(1, "C_INTERNET"), (2, "C_CSNET"), (3, "C_CHAOS"), (4, "C_HESOD"), (254, "C_NONE"), (255, "C_ANY")];

const RCODES: &[(u16, &str)] = &[
    (0, "NOERROR"),
    (1, "FORMERR"),
    (2, "SERVFAIL"),
    (3, "NXDOMAIN"),
    (4, "NOTIMP"),
    (5, "REFUSED"),
    (6, "YXDOMAIN"),
    (7, "YXRRSET"),
    (8, "NXRRSET"),
    (9, "NOTAUTH"),
    (10, "NOTZONE"),
    (11, "unassigned-11"),
    (12, "unassigned-12"),
    (13, "unassigned-13"),
    (14, "unassigned-14"),
    (15, "unassigned-15"),
];

const OPCODES: &[(u16, &str)] =
    &[(0, "query"), (1, "iquery"), (2, "server-status"), (4, "notify"), (5, "dynamic-update"), (6, "dso")];

const NETBIOS_OPCODES: &[(u16, &str)] = &[
    (0, "netbios-query"),
    (5, "netbios-registration"),
    (6, "netbios-release"),
    (7, "netbios-wack"),
    (8, "netbios-refresh"),
];

const READABLE: &[u16] = &[
    1, 2, 5, 6, 11, 12, 13, 15, 16, 28, 29, 32, 33, 35, 38, 39, 41, 43, 44, 46, 47, 48, 50, 51, 64, 65, 99, 249, 250,
    257, 65534,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(READABLE.is_sorted());
        for table in [TYPES, CLASSES, RCODES, OPCODES, NETBIOS_OPCODES] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
        assert_eq!((type_name(28), class_name(1), rcode_name(3)), (Some("AAAA"), Some("C_INTERNET"), Some("NXDOMAIN")));
        assert_eq!(type_name(54), None);
    }
}
