package dev.shearline.client;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A block of addresses, {@code 10.0.0.0/8}; a single one is a block of one. IPv4 written as IPv6 is IPv4.
 *
 * @param bits 32 or 128
 */
record AddressBlock(BigInteger network, int bits, int prefix) {

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    // what no resolver is ever asked about
    private static final Pattern V4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern V6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:][0-9A-Fa-f:.]{1,44}");

    private static final Pattern PREFIX = Pattern.compile("0|[1-9][0-9]{0,2}");

    static Optional<AddressBlock> find(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return address(text);
        }
        var prefix = text.substring(slash + 1);
        return PREFIX.matcher(prefix).matches()
                ? address(text.substring(0, slash)).flatMap(address -> address.withPrefix(Integer.parseInt(prefix)))
                : Optional.empty();
    }

    private Optional<AddressBlock> withPrefix(int length) {
        return length <= bits ? Optional.of(new AddressBlock(network, bits, length)) : Optional.empty();
    }

    private static Optional<AddressBlock> address(String text) {
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            var bytes = InetAddress.getByName(text).getAddress();
            return Optional.of(new AddressBlock(new BigInteger(1, bytes), bytes.length * 8, bytes.length * 8));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    boolean contains(AddressBlock address) {
        return bits == address.bits
                && network.shiftRight(bits - prefix).equals(address.network.shiftRight(bits - prefix));
    }
}
