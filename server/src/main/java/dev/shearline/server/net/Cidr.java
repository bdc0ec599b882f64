package dev.shearline.server.net;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Optional;

/** A block of addresses, {@code 10.0.0.0/8} or {@code 2001:db8::/32}. A single address is a block of one. */
public record Cidr(IpAddress network, int prefix) {

    /** What a text turned out to be. */
    public sealed interface Parsed {
        record Block(Cidr cidr) implements Parsed {}

        /** An address inside a block where the block itself is wanted: {@code meant} is what its writer probably meant. */
        record HasHostBits(Cidr meant) implements Parsed {}

        record NotACidr() implements Parsed {}
    }

    public Cidr {
        if (prefix < 0 || prefix > network.width() || !network.masked(prefix).equals(network)) {
            throw new IllegalArgumentException("not a network of " + prefix + " bits");
        }
    }

    public static Parsed parse(String text) {
        int slash = text.indexOf('/');
        var address = IpAddress.find(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty()) {
            return new Parsed.NotACidr();
        }
        int prefix = slash < 0 ? address.get().width() : prefix(text, slash + 1);
        if (prefix < 0 || prefix > address.get().width()) {
            return new Parsed.NotACidr();
        }
        var network = address.get().masked(prefix);
        var cidr = new Cidr(network, prefix);
        return network.equals(address.get()) ? new Parsed.Block(cidr) : new Parsed.HasHostBits(cidr);
    }

    public static Optional<Cidr> find(String text) {
        return parse(text) instanceof Parsed.Block block ? Optional.of(block.cidr()) : Optional.empty();
    }

    private static int prefix(String text, int start) {
        int digits = text.length() - start;
        if (digits < 1 || digits > 3 || (digits > 1 && text.charAt(start) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }

    /** Compares bits and allocates nothing: this runs for every verification of a key with addresses. */
    public boolean contains(IpAddress address) {
        if (address.v6() != network.v6()) {
            return false;
        }
        if (!network.v6()) {
            // an IPv4 address fills the lower half of its long
            return (address.low() ^ network.low()) >>> (IpAddress.V4_BITS - prefix) == 0;
        }
        return ((address.high() ^ network.high()) & IpAddress.mask(Math.min(prefix, 64))) == 0
                && ((address.low() ^ network.low()) & IpAddress.mask(Math.max(prefix - 64, 0))) == 0;
    }

    /** Whether every address of a family lies in one of these blocks. */
    public static boolean holdAll(Collection<Cidr> blocks) {
        return holdAll(blocks, IpAddress.V4_BITS, false) || holdAll(blocks, IpAddress.V6_BITS, true);
    }

    /** Two blocks are apart or one lies in the other, so the sizes of those that lie in no other add up to what they hold. */
    private static boolean holdAll(Collection<Cidr> blocks, int width, boolean v6) {
        var family = blocks.stream()
                .filter(block -> block.network.v6() == v6)
                .distinct()
                .toList();
        return family.stream()
                .filter(block -> family.stream().noneMatch(other -> !other.equals(block) && other.contains(block)))
                .map(block -> BigInteger.ONE.shiftLeft(width - block.prefix))
                .reduce(BigInteger.ZERO, BigInteger::add)
                .equals(BigInteger.ONE.shiftLeft(width));
    }

    /** Whether every address of the other block is one of this. */
    public boolean contains(Cidr other) {
        return prefix <= other.prefix && contains(other.network);
    }

    @Override
    public String toString() {
        return network + "/" + prefix;
    }
}
