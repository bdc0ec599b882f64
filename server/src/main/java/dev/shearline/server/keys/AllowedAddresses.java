package dev.shearline.server.keys;

import dev.shearline.server.net.Cidr;
import java.util.List;
import java.util.stream.IntStream;

/** The blocks of addresses that a key works from. */
final class AllowedAddresses {

    static final int CIDRS_MAX = 50;

    private AllowedAddresses() {}

    static List<String> checked(List<String> texts) {
        if (texts.size() > CIDRS_MAX) {
            throw KeyProblems.invalid("cidrs", "\"cidrs\" must have at most " + CIDRS_MAX + " blocks.");
        }
        return IntStream.range(0, texts.size())
                .mapToObj(i -> block("cidrs[" + i + "]", texts.get(i)))
                .distinct()
                .toList();
    }

    /** Whether they keep anybody out: none do not, nor do blocks that together hold every IPv4 or every IPv6 address. */
    static boolean limit(List<String> cidrs) {
        return !cidrs.isEmpty()
                && !Cidr.holdAll(cidrs.stream()
                        .map(text -> Cidr.find(text).orElseThrow())
                        .toList());
    }

    private static String block(String field, String text) {
        return switch (Cidr.parse(text)) {
            case Cidr.Parsed.Block block -> block.cidr().toString();
            case Cidr.Parsed.HasHostBits host ->
                throw KeyProblems.invalid(
                        field, "\"" + field + "\" is an address inside a block: write " + host.meant() + ".");
            case Cidr.Parsed.NotACidr _ ->
                throw KeyProblems.invalid(
                        field, "\"" + field + "\" must be a block such as 203.0.113.0/24 or 2001:db8::/32.");
        };
    }
}
