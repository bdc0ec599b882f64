package dev.shearline.server.keys;

import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jdbi.v3.core.statement.Query;

/**
 * What somebody typed to find a key: the beginnings of words, of an id ({@code key_3Fq0…}), or of the key itself as lists show it
 * ({@code shl_live_sk_3Fq0…x9Kp}). A name may look like an id, so words are always looked for.
 *
 * @param idStart of the id, also where it follows from the beginning of a key
 * @param prefixStart of the shown beginning of a key
 */
record KeyTextSearch(List<String> words, Optional<String> idStart, Optional<String> prefixStart) {

    static final int WORDS_MAX = 5;

    /** After every character, so that a range to here holds all that begins alike. */
    private static final String LAST_CHARACTER = Character.toString(Character.MAX_CODE_POINT);

    private static final Pattern ID = Pattern.compile(ApiKeyId.PREFIX + "[0-9A-Za-z]{0,12}");
    private static final Pattern KEY =
            Pattern.compile("([a-z][a-z0-9]{1,9}_(?:live|test)(?:_[a-z]{0,2}(?:_([0-9A-Za-z]*))?)?)(?:….*)?");

    static KeyTextSearch of(String text) {
        var words = KeyText.wordsOf(text).distinct().limit(WORDS_MAX).toList();
        if (ID.matcher(text).matches()) {
            return new KeyTextSearch(words, Optional.of(text), Optional.empty());
        }
        var key = KEY.matcher(text);
        if (!key.matches()) {
            return new KeyTextSearch(words, Optional.empty(), Optional.empty());
        }
        var id = Optional.ofNullable(key.group(2))
                .filter(start -> !start.isEmpty())
                .map(start -> ApiKeyId.PREFIX + cut(start, ApiKeyId.BODY_LENGTH));
        return new KeyTextSearch(words, id, Optional.of(cut(key.group(1), KeyFormat.PREFIX_LENGTH)));
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max);
    }

    String condition() {
        var alternatives = new ArrayList<String>();
        if (!words.isEmpty()) {
            var all = new ArrayList<String>();
            for (int i = 0; i < words.size(); i++) {
                all.add("k.id IN (SELECT w.key_id FROM api_key_word AS w WHERE w.word >= :word" + i
                        + " AND w.word < :wordEnd" + i + ")");
            }
            alternatives.add(String.join(" AND ", all));
        }
        var shown = new ArrayList<String>();
        idStart.ifPresent(_ -> shown.add("k.id >= :idStart AND k.id < :idEnd"));
        prefixStart.ifPresent(_ -> shown.add("k.prefix >= :prefixStart AND k.prefix < :prefixEnd"));
        if (!shown.isEmpty()) {
            alternatives.add(String.join(" AND ", shown));
        }
        return alternatives.isEmpty() ? "false" : "(" + String.join(" OR ", alternatives) + ")";
    }

    void bind(Query query) {
        for (int i = 0; i < words.size(); i++) {
            query.bind("word" + i, words.get(i)).bind("wordEnd" + i, words.get(i) + LAST_CHARACTER);
        }
        idStart.ifPresent(start -> query.bind("idStart", start).bind("idEnd", start + LAST_CHARACTER));
        prefixStart.ifPresent(start -> query.bind("prefixStart", start).bind("prefixEnd", start + LAST_CHARACTER));
    }
}
