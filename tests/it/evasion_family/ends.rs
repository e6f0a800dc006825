//! Resets and ends that are none.

use super::*;

#[test]
fn resets_and_ends_are_not_believed_too_easily() {
    let rst = Flags::RST;
    check(
        "low-TTL RST at the number",
        Exact(&["reopened_after_reset", "data_after_reset"]),
        forged(|it| {
            it.ttl = 2;
            it.client(rst, b"");
            it.ttl = 64;
        }),
    );
    check(
        "low-TTL RST of the server",
        Exact(&["reopened_after_reset", "data_after_reset"]),
        forged(|it| {
            it.ttl = 2;
            it.server(rst, b"");
            it.ttl = 64;
        }),
    );
    check(
        "signed RST",
        Exact(&["tcp_signature_mismatch"]),
        forged(|it| {
            it.options = [&[19, 18][..], &[7; 16], &[1, 1]].concat();
            it.client(rst, b"");
            it.options.clear();
        }),
    );
    for ahead in [1, 100, 60_000] {
        check(
            "RST inside the window",
            Exact(&["rst_out_of_sequence"]),
            forged(|it| {
                it.client_next += ahead;
                it.client(rst.with(ACK), b"");
                it.client_next -= ahead;
            }),
        );
    }
    check(
        "RST beyond the window",
        Exact(&["rst_out_of_sequence"]),
        forged(|it| {
            it.client_next += 1 << 20;
            it.client(rst, b"");
            it.client_next -= 1 << 20;
        }),
    );
    check(
        "RST with data inside the window",
        Exact(&["rst_out_of_sequence", "rst_with_data"]),
        forged(|it| {
            it.client_next += 10;
            it.client(rst, b"QUIT");
            it.client_next -= 10;
        }),
    );
    check(
        "FIN with data beyond the window",
        Exact(&["fin_out_of_window", "out_of_window"]),
        forged(|it| {
            it.client_next += 70_000;
            it.client(FIN.with(ACK), FAKE);
            it.client_next -= 70_000;
        }),
    );
    check(
        "FIN ahead in the window, low TTL",
        Either(&["data_after_fin", "fin_void"]),
        forged(|it| {
            (it.ttl, it.client_next) = (2, it.client_next + 20);
            it.client(FIN.with(ACK), b"");
            (it.ttl, it.client_next) = (64, it.client_next - 20);
        }),
    );
    check(
        "FIN and RST",
        Either(&["rst_out_of_sequence", "data_after_reset", "reopened_after_reset"]),
        forged(|it| it.client(Flags(0x15), b"")),
    );
    check("FIN and SYN", Exact(&["baroque_SYN"]), forged(|it| it.client(Flags(0x03), b"")));
    check("SYN at the number", Exact(&["SYN_inside_connection"]), forged(|it| it.client(SYN, b"")));
    check(
        "SYN with data at the number",
        Exact(&["SYN_inside_connection", "SYN_with_data"]),
        forged(|it| it.client(SYN, FAKE)),
    );
    check("SYN-ACK of the client", Exact(&["bad_SYN_ack"]), forged(|it| it.client(SYN_ACK, b"")));
    check(
        "SYN-ACK of the server with another number",
        Exact(&["SYN_inside_connection", "repeated_SYN_reply_wo_ack", "bad_SYN_ack", "unsolicited_SYN_response"]),
        forged(|it| {
            it.server_next += 5000;
            it.server(SYN_ACK, b"");
            it.server_next -= 5000;
        }),
    );
}
