package dev.shearline.server.keys;

import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.statement.Query;

/**
 * What somebody typed to find a key: the beginnings of words, of an id ({@code key_3Fq0…}), or of the key itself as lists show it
 * ({@code shl_live_sk_3Fq0…x9Kp}). What may be the beginning of an id may be a name as well; what begins like a key is one.
 *
 * @param idStart of the id, also where it follows from the beginning of a key
 * @param prefixStart of the shown beginning of a key
 */
record KeyTextSearch(List<String> words, Optional<String> idStart, Optional<String> prefixStart) {

    static final int WORDS_MAX = 5;

    /** After every character, so that a range to here holds all that begins alike. */
    private static final String LAST_CHARACTER = Character.toString(Character.MAX_CODE_POINT);

    /** Of an id that begins with four given characters there are few: one key in 15 million. */
    private static final Pattern ID = Pattern.compile(ApiKeyId.PREFIX + "[0-9A-Za-z]{4,12}");

    private static final String ID_RANGE = "k.id >= :idStart AND k.id < :idEnd";
    private static final String PREFIX_RANGE = "k.prefix >= :prefixStart AND k.prefix < :prefixEnd";

    private static final Pattern KEY =
            Pattern.compile("([a-z][a-z0-9]{1,9}_(?:live|test)(?:_[a-z]{0,2}(?:_([0-9A-Za-z]*))?)?)(?:….*)?");

    static KeyTextSearch of(String text) {
        var key = KEY.matcher(text);
        if (key.matches()) {
            var id = Optional.ofNullable(key.group(2))
                    .filter(start -> !start.isEmpty())
                    .map(start -> ApiKeyId.PREFIX + cut(start, ApiKeyId.BODY_LENGTH));
            return new KeyTextSearch(List.of(), id, Optional.of(cut(key.group(1), KeyFormat.PREFIX_LENGTH)));
        }
        var words = KeyText.wordsOf(text).distinct().limit(WORDS_MAX).toList();
        var id = Optional.of(text).filter(start -> ID.matcher(start).matches());
        return new KeyTextSearch(words, id, Optional.empty());
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max);
    }

    String condition() {
        if (prefixStart.isPresent()) {
            // much or little may begin like this: a plain condition leaves that to the planner
            return idStart.isPresent() ? ID_RANGE + " AND " + PREFIX_RANGE : PREFIX_RANGE;
        }
        if (words.isEmpty()) {
            return "false";
        }
        var named = IntStream.range(0, words.size())
                .mapToObj(KeyTextSearch::hasWord)
                .toList();
        // a set of ids, not an OR of conditions: each part of it comes from its own index
        return idStart.isPresent()
                ? "k.id IN ((" + String.join(" INTERSECT ", named)
                        + ") UNION ALL (SELECT b.id FROM api_key AS b WHERE b.id >= :idStart AND b.id < :idEnd))"
                // one set for each word: of how many keys it is true can be known, of how many all of them are cannot.
                // Where there are too many to start from them, the key itself tells most of the others, without a look
                // into an index
                : IntStream.range(0, words.size())
                        .mapToObj(i -> "(k.word_key IS NULL OR position(:wordStart" + i
                                + " IN k.word_key) > 0) AND k.id IN (" + hasWord(i) + ")")
                        .collect(Collectors.joining(" AND "));
    }

    private static String hasWord(int i) {
        return "SELECT w.key_id FROM api_key_word AS w WHERE w.word >= :word" + i + " AND w.word < :wordEnd" + i;
    }

    void bind(Query query) {
        for (int i = 0; i < words.size(); i++) {
            query.bind("word" + i, words.get(i))
                    .bind("wordEnd" + i, words.get(i) + LAST_CHARACTER)
                    .bind("wordStart" + i, KeyText.wordStart(words.get(i)));
        }
        idStart.ifPresent(start -> query.bind("idStart", start).bind("idEnd", start + LAST_CHARACTER));
        prefixStart.ifPresent(start -> query.bind("prefixStart", start).bind("prefixEnd", start + LAST_CHARACTER));
    }
}
