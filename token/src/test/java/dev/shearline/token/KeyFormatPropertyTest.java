package dev.shearline.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class KeyFormatPropertyTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KeyFormat FORMAT = new KeyFormat(List.of("shl"));

    @Property
    void what_is_minted_parses_to_what_was_minted(@ForAll KeyMode mode, @ForAll KeyKind kind) {
        var minted = FORMAT.mint(mode, kind, RANDOM);
        assertThat(FORMAT.parse(minted.secret().reveal()))
                .isEqualTo(new ParsedKey.WellFormed("shl", mode, kind, minted.id()));
        assertThat(KeyDigest.of(minted.secret())).isEqualTo(minted.digest());
    }

    @Property
    void any_other_character_anywhere_behind_the_kind_is_noticed(
            @ForAll @IntRange(max = 49) int place, @ForAll char other) {
        var key = FORMAT.mint(KeyMode.LIVE, KeyKind.SECRET, RANDOM).secret().reveal();
        int at = key.length() - 50 + place;
        var changed = key.substring(0, at) + other + key.substring(at + 1);
        assertThat(FORMAT.parse(changed) instanceof ParsedKey.WellFormed).isEqualTo(key.charAt(at) == other);
    }

    @Property
    void a_key_is_found_wherever_it_stands_and_a_changed_one_is_none(
            @ForAll String before, @ForAll String after, @ForAll KeyMode mode, @ForAll KeyKind kind) {
        var key = FORMAT.mint(mode, kind, RANDOM).secret().reveal();
        assertThat(FORMAT.isContainedIn(before + key + after)).isTrue();
        assertThat(FORMAT.isContainedIn("shl_shl_" + key)).isTrue();
        assertThat(FORMAT.isContainedIn(key.substring(0, key.length() - 1))).isFalse();
        assertThat(FORMAT.isContainedIn(key.substring(1))).isFalse();
    }

    @Property
    void a_key_that_was_cut_within_its_secret_is_found_and_its_public_part_is_none(
            @ForAll String before, @ForAll KeyMode mode, @ForAll @IntRange(min = 1) int cut) {
        var key = FORMAT.mint(mode, KeyKind.SECRET, RANDOM).secret().reveal();
        int secret = key.lastIndexOf('_') + 1 + ApiKeyId.BODY_LENGTH;
        int end = secret + 1 + cut % (key.length() - secret - 1);
        assertThat(FORMAT.isBegunIn(before + key.substring(0, end))).isTrue();
        assertThat(FORMAT.isBegunIn(key.substring(0, secret))).isFalse();
        assertThat(FORMAT.isBegunIn(key.substring(0, secret) + " " + key.substring(secret)))
                .isFalse();
    }

    @Property
    void arbitrary_bytes_are_answered_and_never_thrown_at(@ForAll @Size(max = 600) byte[] bytes) {
        assertThat(FORMAT.parse(new String(bytes, StandardCharsets.UTF_8))).isNotNull();
        assertThat(FORMAT.parse(new String(bytes, StandardCharsets.ISO_8859_1))).isNotNull();
        assertThat(FORMAT.parse("shl_live_" + new String(bytes, StandardCharsets.UTF_16LE)))
                .isNotNull();
    }

    @Property
    void arbitrary_text_behind_our_brand_is_malformed(@ForAll String text) {
        assertThat(FORMAT.parse("shl_" + text)).isInstanceOf(ParsedKey.Malformed.class);
    }

    @Property
    void an_id_is_two_numbers_and_back(
            @ForAll
                    @StringLength(12)
                    @CharRange(from = '0', to = '9')
                    @CharRange(from = 'A', to = 'Z')
                    @CharRange(from = 'a', to = 'z')
                    String body) {
        var id = ApiKeyId.find("key_" + body).orElseThrow();
        assertThat(id).hasToString("key_" + body);
        assertThat(ApiKeyId.of(id.high(), id.low())).isEqualTo(id);
        assertThat(id.low()).isBetween(0, 3843);
    }

    @Property
    void a_digest_is_hexadecimal_and_back(@ForAll String text) {
        var digest = KeyDigest.of(text);
        assertThat(KeyDigest.findHex(digest.toHex())).contains(digest);
        assertThat(KeyDigest.findHex(digest.toHex().toUpperCase(java.util.Locale.ROOT)))
                .contains(digest);
        assertThat(KeyDigest.fromBytes(digest.toBytes())).isEqualTo(digest);
    }

    @Property
    void the_table_of_the_checksum_is_that_of_the_jdk(
            @ForAll @StringLength(max = 60) @CharRange(to = '~') String text) {
        var crc = new java.util.zip.CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(Base62.crc32(text, 0, text.length()) & 0xffffffffL).isEqualTo(crc.getValue());
    }
}
