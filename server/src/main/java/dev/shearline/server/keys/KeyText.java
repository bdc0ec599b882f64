package dev.shearline.server.keys;

import dev.shearline.server.identity.Names;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names and descriptions: what they may hold, and in what form they are sorted and searched. */
final class KeyText {

    static final int DESCRIPTION_MAX = 1_000;

    /** A normal form can be many times longer than the text, and an index entry has room for 2,700 bytes. */
    static final int NAME_KEY_MAX = 200;

    static final int WORDS_MAX = 32;
    static final int WORD_MAX = 40;

    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");

    private KeyText() {}

    /** The name, or for want of one the beginning of the description. */
    static String name(Optional<String> name, Optional<String> description) {
        return name.or(() -> description.map(KeyText::checkedDescription).map(KeyText::beginning))
                .map(KeyText::checkedName)
                .orElseThrow(() -> KeyProblems.invalid("name", "\"name\" is required: say what the key is for."));
    }

    static String checkedName(String name) {
        var text = Names.normalize(name);
        refuse("name", Names.findFault(text));
        return text;
    }

    static String checkedDescription(String description) {
        var text = Names.normalize(description.replace("\r\n", "\n"));
        refuse("description", Names.findTextFault(text, DESCRIPTION_MAX));
        return text;
    }

    static Optional<String> checkedReason(Optional<String> reason) {
        var text = reason.map(Names::normalize).filter(given -> !given.isEmpty());
        text.ifPresent(given -> refuse("reason", Names.findTextFault(given, Revocation.REASON_MAX)));
        return text;
    }

    private static void refuse(String field, Optional<String> fault) {
        fault.ifPresent(what -> {
            throw KeyProblems.invalid(field, "\"" + field + "\" " + what + ".");
        });
    }

    private static String beginning(String description) {
        return shortened(WHITE_SPACE.matcher(description).replaceAll(" "), Names.NAME_MAX);
    }

    /** By this a list is sorted: case, width and spacing make no difference. */
    static String nameKey(String name) {
        return shortened(WHITE_SPACE.matcher(normal(name)).replaceAll(" "), NAME_KEY_MAX);
    }

    /** By these a key is found. */
    static List<String> words(String name, String description) {
        return Stream.of(name, description)
                .flatMap(KeyText::wordsOf)
                .distinct()
                .limit(WORDS_MAX)
                .toList();
    }

    /** All of them in one text, in which a word begins where its {@link #wordStart} is. */
    static String wordKey(List<String> words) {
        return words.stream().map(KeyText::wordStart).collect(Collectors.joining());
    }

    static String wordStart(String word) {
        return " " + word;
    }

    static Stream<String> wordsOf(String text) {
        return Arrays.stream(BETWEEN_WORDS.split(normal(text)))
                .filter(word -> !word.isEmpty())
                .map(word -> shortened(word, WORD_MAX));
    }

    private static String normal(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }

    private static String shortened(String text, int max) {
        int length = text.codePointCount(0, text.length());
        return length <= max ? text : text.substring(0, text.offsetByCodePoints(0, max));
    }
}
