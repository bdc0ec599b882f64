package dev.shearline.server.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** An IPv4 or IPv6 address. IPv4 written as IPv6 ({@code ::ffff:10.0.0.1}) is the IPv4 address. */
public record IpAddress(boolean v6, long high, long low) {

    static final int V4_BITS = 32;
    static final int V6_BITS = 128;
    private static final int LITERAL_MAX = 45;
    private static final long V4_MAPPED = 0xFFFFL << V4_BITS;
    private static final long V4_LOOPBACK = 127;
    private static final long V4_MASK = 0xFFFF_FFFFL;

    /** Empty for anything but a literal: no names, no zones, no octal or shortened IPv4. */
    public static Optional<IpAddress> find(String text) {
        if (text.length() > LITERAL_MAX || text.indexOf('%') >= 0 || text.indexOf('[') >= 0) {
            return Optional.empty();
        }
        return text.indexOf(':') >= 0 ? findV6(text) : findV4(text);
    }

    private static Optional<IpAddress> findV4(String text) {
        long bits = 0;
        int octets = 0;
        int start = 0;
        while (octets < 4) {
            int dot = text.indexOf('.', start);
            int end = dot < 0 ? text.length() : dot;
            int octet = octet(text, start, end);
            if (octet < 0 || (dot < 0) != (octets == 3)) {
                return Optional.empty();
            }
            bits = bits << 8 | octet;
            start = end + 1;
            octets++;
        }
        return Optional.of(new IpAddress(false, 0, bits));
    }

    private static int octet(String text, int start, int end) {
        int digits = end - start;
        if (digits < 1 || digits > 3 || (digits > 1 && text.charAt(start) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value <= 255 ? value : -1;
    }

    private static Optional<IpAddress> findV6(String text) {
        try {
            return Optional.of(of(Inet6Address.ofLiteral(text)));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    public static IpAddress of(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return new IpAddress(false, 0, bits(bytes, 0, 4));
        }
        long high = bits(bytes, 0, 8);
        long low = bits(bytes, 8, 16);
        if (high == 0 && (low & ~V4_MASK) == V4_MAPPED) {
            return new IpAddress(false, 0, low & V4_MASK);
        }
        return new IpAddress(true, high, low);
    }

    private static long bits(byte[] bytes, int from, int to) {
        long bits = 0;
        for (int i = from; i < to; i++) {
            bits = bits << 8 | (bytes[i] & 0xFF);
        }
        return bits;
    }

    /** Of this machine itself. */
    public boolean isLoopback() {
        return v6 ? high == 0 && low == 1 : low >>> 24 == V4_LOOPBACK;
    }

    int width() {
        return v6 ? V6_BITS : V4_BITS;
    }

    /** This address with every bit after the first {@code prefix} bits zero. */
    IpAddress masked(int prefix) {
        if (!v6) {
            return new IpAddress(false, 0, low & mask(prefix + 64 - V4_BITS) & V4_MASK);
        }
        return new IpAddress(true, high & mask(Math.min(prefix, 64)), low & mask(Math.max(prefix - 64, 0)));
    }

    /** The first {@code bits} of 64 set. */
    static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(bytes()).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private byte[] bytes() {
        var bytes = new byte[v6 ? 16 : 4];
        for (int i = 0; i < bytes.length; i++) {
            int shift = (bytes.length - 1 - i) * 8;
            bytes[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
        }
        return bytes;
    }
}
