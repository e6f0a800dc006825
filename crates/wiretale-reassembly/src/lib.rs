//! IP fragments into datagrams, TCP segments into streams: gaps, overlap policies, limits
