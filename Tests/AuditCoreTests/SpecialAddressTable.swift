/// The addresses at and next to both ends of every special-purpose block, with what they are.
///
/// Address, `P` if it is private in CPython 3.13 (with `3fff::/20`), and the name that ipwhois 1.3.0 gives its block, `-` if
/// none. Computed from both programs' tables by integer ranges; 100.64.0.0/10 is ours. IPv4-mapped addresses are left
/// out, for they are IPv4 here.
let specialAddressTable = """
    0.0.0.0 P This Network
    0.0.0.1 P This Network
    0.255.255.254 P This Network
    0.255.255.255 P This Network
    1.0.0.0 . -
    1.1.1.1 . -
    8.8.8.8 . -
    9.255.255.255 . -
    10.0.0.0 P Private-Use Networks
    10.0.0.1 P Private-Use Networks
    10.255.255.254 P Private-Use Networks
    10.255.255.255 P Private-Use Networks
    11.0.0.0 . -
    100.63.255.255 . -
    100.64.0.0 . Shared Address Space
    100.64.0.1 . Shared Address Space
    100.127.255.254 . Shared Address Space
    100.127.255.255 . Shared Address Space
    100.128.0.0 . -
    126.255.255.255 . -
    127.0.0.0 P Loopback
    127.0.0.1 P Loopback
    127.255.255.254 P Loopback
    127.255.255.255 P Loopback
    128.0.0.0 . -
    139.162.133.252 . -
    169.253.255.255 . -
    169.254.0.0 P Link Local
    169.254.0.1 P Link Local
    169.254.255.254 P Link Local
    169.254.255.255 P Link Local
    169.255.0.0 . -
    172.15.255.255 . -
    172.16.0.0 P Private-Use Networks
    172.16.0.1 P Private-Use Networks
    172.31.255.254 P Private-Use Networks
    172.31.255.255 P Private-Use Networks
    172.32.0.0 . -
    176.112.169.218 . -
    191.255.255.255 . -
    192.0.0.0 P IETF Protocol Assignments
    192.0.0.1 P IETF Protocol Assignments
    192.0.0.8 P IETF Protocol Assignments
    192.0.0.9 . IETF Protocol Assignments
    192.0.0.10 . IETF Protocol Assignments
    192.0.0.11 P IETF Protocol Assignments
    192.0.0.169 P IETF Protocol Assignments
    192.0.0.170 P IETF Protocol Assignments
    192.0.0.171 P IETF Protocol Assignments
    192.0.0.172 P IETF Protocol Assignments
    192.0.0.254 P IETF Protocol Assignments
    192.0.0.255 P IETF Protocol Assignments
    192.0.1.0 . -
    192.0.1.255 . -
    192.0.2.0 P TEST-NET-1
    192.0.2.1 P TEST-NET-1
    192.0.2.254 P TEST-NET-1
    192.0.2.255 P TEST-NET-1
    192.0.3.0 . -
    192.88.98.255 . -
    192.88.99.0 . 6to4 Relay Anycast
    192.88.99.1 . 6to4 Relay Anycast
    192.88.99.254 . 6to4 Relay Anycast
    192.88.99.255 . 6to4 Relay Anycast
    192.88.100.0 . -
    192.167.255.255 . -
    192.168.0.0 P Private-Use Networks
    192.168.0.1 P Private-Use Networks
    192.168.255.254 P Private-Use Networks
    192.168.255.255 P Private-Use Networks
    192.169.0.0 . -
    198.17.255.255 . -
    198.18.0.0 P Network Interconnect Device Benchmark Testing
    198.18.0.1 P Network Interconnect Device Benchmark Testing
    198.19.255.254 P Network Interconnect Device Benchmark Testing
    198.19.255.255 P Network Interconnect Device Benchmark Testing
    198.20.0.0 . -
    198.51.99.255 . -
    198.51.100.0 P TEST-NET-2
    198.51.100.1 P TEST-NET-2
    198.51.100.254 P TEST-NET-2
    198.51.100.255 P TEST-NET-2
    198.51.101.0 . -
    203.0.112.255 . -
    203.0.113.0 P TEST-NET-3
    203.0.113.1 P TEST-NET-3
    203.0.113.254 P TEST-NET-3
    203.0.113.255 P TEST-NET-3
    203.0.114.0 . -
    223.255.255.255 . -
    224.0.0.0 . Multicast
    224.0.0.1 . Multicast
    239.255.255.254 . Multicast
    239.255.255.255 . Multicast
    240.0.0.0 P Private-Use Networks
    240.0.0.1 P Private-Use Networks
    255.255.255.254 P Private-Use Networks
    255.255.255.255 P Limited Broadcast
    :: P Unspecified
    ::1 P Loopback
    ::2 . Reserved
    64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    64:ff9b:: . Reserved
    64:ff9b::1 . Reserved
    64:ff9b::ffff:fffe . Reserved
    64:ff9b::ffff:ffff . Reserved
    64:ff9b::1:0:0 . Reserved
    64:ff9b:0:ffff:ffff:ffff:ffff:ffff . Reserved
    64:ff9b:1:: P Reserved
    64:ff9b:1::1 P Reserved
    64:ff9b:1:ffff:ffff:ffff:ffff:fffe P Reserved
    64:ff9b:1:ffff:ffff:ffff:ffff:ffff P Reserved
    64:ff9b:2:: . Reserved
    ff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    100:: P Reserved
    100::1 P Reserved
    100::ffff:ffff:ffff:fffe P Reserved
    100::ffff:ffff:ffff:ffff P Reserved
    100:0:0:1:: . Reserved
    100:0:0:1::1 . Reserved
    100::1:ffff:ffff:ffff:fffe . Reserved
    100::1:ffff:ffff:ffff:ffff . Reserved
    100:0:0:2:: . Reserved
    1ff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    1ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    200:: . Reserved
    200::1 . Reserved
    3ff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    3ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    400:: . Reserved
    400::1 . Reserved
    7ff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    7ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    800:: . Reserved
    800::1 . Reserved
    fff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    1000:: . Reserved
    1000::1 . Reserved
    1fff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    2000:: . -
    2000::1 . -
    2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff . -
    2001:: P Unique Local Unicast
    2001::1 P Unique Local Unicast
    2001:1:: P Unique Local Unicast
    2001:1::1 . -
    2001:1::2 . -
    2001:1::3 P Unique Local Unicast
    2001:1:ffff:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    2001:2:: P Unique Local Unicast
    2001:2::1 P Unique Local Unicast
    2001:2:0:ffff:ffff:ffff:ffff:fffe P Unique Local Unicast
    2001:2:0:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    2001:2:1:: P Unique Local Unicast
    2001:2:ffff:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    2001:3:: . -
    2001:3::1 . -
    2001:3:ffff:ffff:ffff:ffff:ffff:fffe . -
    2001:3:ffff:ffff:ffff:ffff:ffff:ffff . -
    2001:4:: P Unique Local Unicast
    2001:4:111:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    2001:4:112:: . -
    2001:4:112::1 . -
    2001:4:112:ffff:ffff:ffff:ffff:fffe . -
    2001:4:112:ffff:ffff:ffff:ffff:ffff . -
    2001:4:113:: P Unique Local Unicast
    2001:f:ffff:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    2001:10:: P Unique Local Unicast
    2001:10::1 P Unique Local Unicast
    2001:1f:ffff:ffff:ffff:ffff:ffff:fffe P Unique Local Unicast
    2001:1f:ffff:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    2001:20:: . -
    2001:20::1 . -
    2001:2f:ffff:ffff:ffff:ffff:ffff:fffe . -
    2001:2f:ffff:ffff:ffff:ffff:ffff:ffff . -
    2001:30:: . -
    2001:30::1 . -
    2001:3f:ffff:ffff:ffff:ffff:ffff:fffe . -
    2001:3f:ffff:ffff:ffff:ffff:ffff:ffff . -
    2001:40:: P Unique Local Unicast
    2001:1ff:ffff:ffff:ffff:ffff:ffff:fffe P Unique Local Unicast
    2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    2001:200:: . -
    2001:db7:ffff:ffff:ffff:ffff:ffff:ffff . -
    2001:db8:: P Unique Local Unicast
    2001:db8::1 P Unique Local Unicast
    2001:db8:ffff:ffff:ffff:ffff:ffff:fffe P Unique Local Unicast
    2001:db8:ffff:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    2001:db9:: . -
    2001:4860:4860::8888 . -
    2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff . -
    2002:: P Unique Local Unicast
    2002::1 P Unique Local Unicast
    2002:ffff:ffff:ffff:ffff:ffff:ffff:fffe P Unique Local Unicast
    2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    2003:: . -
    2a00:1450:4001::1 . -
    3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff . -
    3fff:: P Unique Local Unicast
    3fff::1 P Unique Local Unicast
    3fff:fff:ffff:ffff:ffff:ffff:ffff:fffe P Unique Local Unicast
    3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    3fff:1000:: . -
    3fff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . -
    3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . -
    4000:: . Reserved
    4000::1 . Reserved
    5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    5f00:: . Reserved
    5f00::1 . Reserved
    5f00:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    5f01:: . Reserved
    5fff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    5fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    6000:: . Reserved
    6000::1 . Reserved
    7fff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    8000:: . Reserved
    8000::1 . Reserved
    9fff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    9fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    a000:: . Reserved
    a000::1 . Reserved
    bfff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    bfff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    c000:: . Reserved
    c000::1 . Reserved
    dfff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    dfff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    e000:: . Reserved
    e000::1 . Reserved
    efff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    efff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    f000:: . Reserved
    f000::1 . Reserved
    f7ff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    f7ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    f800:: . Reserved
    f800::1 . Reserved
    fbff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    fc00:: P Unique Local Unicast
    fc00::1 P Unique Local Unicast
    fdff:ffff:ffff:ffff:ffff:ffff:ffff:fffe P Unique Local Unicast
    fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff P Unique Local Unicast
    fe00:: . Reserved
    fe00::1 . Reserved
    fe7f:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Reserved
    fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Reserved
    fe80:: P Link-Local
    fe80::1 P Link-Local
    febf:ffff:ffff:ffff:ffff:ffff:ffff:fffe P Link-Local
    febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff P Link-Local
    fec0:: . Site-Local
    fec0::1 . Site-Local
    feff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Site-Local
    feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Site-Local
    ff00:: . Multicast
    ff00::1 . Multicast
    ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe . Multicast
    ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff . Multicast
    """
