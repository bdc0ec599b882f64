package dev.shearline.server.verify;

import dev.shearline.server.http.Problem;
import dev.shearline.server.http.ProblemCode;
import dev.shearline.server.http.ProblemException;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.ResourceName;
import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.net.IpAddress;
import dev.shearline.token.KeyFormat;
import dev.shearline.token.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads a question, token by token. What is wrong is named by its field; the key itself is never repeated. */
final class QuestionJson {

    static final int BATCH_MAX = 100;

    private static final QuestionTexts FIELDS = new QuestionTexts(Problem::invalidField);

    /**
     * What questions must keep to here.
     *
     * @param unitRequired whether this instance answers only for a unit
     * @param format of the keys that no text may have in it
     */
    record Rules(boolean unitRequired, KeyFormat format) {}

    private final String path;
    private final Rules rules;
    private @Nullable String key;
    private ScopeSet scopes = ScopeSet.NONE;
    private boolean test;
    private @Nullable Ref unit;
    private Optional<ResourceName> resource = Optional.empty();
    private Optional<IpAddress> address = Optional.empty();
    private Optional<String> useId = Optional.empty();
    private int cost = 1;
    private boolean probe;
    private String route = "";
    private String userAgent = "";
    private long minEpoch;

    private QuestionJson(String path, Rules rules) {
        this.path = path;
        this.rules = rules;
    }

    /** One question; the parser stands before its object. */
    static Question readOne(JsonParser json, Rules rules) {
        var question = new QuestionJson("", rules).read(json, json.nextToken());
        requireEnd(json);
        return question;
    }

    /** {@code {"items": […]}}, in order. */
    static List<Question> readBatch(JsonParser json, Rules rules) {
        requireToken(json.nextToken(), JsonToken.START_OBJECT, "body", "a JSON object");
        var questions = new ArrayList<Question>();
        boolean seen = false;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            if (!json.currentName().equals("items")) {
                throw unknown(json.currentName(), "");
            }
            seen = true;
            requireToken(json.nextToken(), JsonToken.START_ARRAY, "items", "a list of questions");
            for (var token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                if (questions.size() == BATCH_MAX) {
                    throw invalid("items", "Ask at most " + BATCH_MAX + " questions at once.");
                }
                questions.add(new QuestionJson("items[" + questions.size() + "].", rules).read(json, token));
            }
        }
        requireEnd(json);
        if (!seen) {
            throw invalid("items", "Send a list of questions as items.");
        }
        return questions;
    }

    private static void requireEnd(JsonParser json) {
        if (json.nextToken() != null) {
            throw Problem.of(ProblemCode.MALFORMED_JSON, "Something follows the JSON object: remove it.")
                    .asException();
        }
    }

    private Question read(JsonParser json, @Nullable JsonToken first) {
        requireToken(first, JsonToken.START_OBJECT, path.isEmpty() ? "body" : path, "a JSON object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var name = json.currentName();
            var token = json.nextToken();
            if (token != JsonToken.VALUE_NULL || name.equals("key") || !isKnown(name)) {
                readField(json, name, token);
            }
        }
        if (key == null) {
            throw invalid(path + "key", "Send the key that you want to verify.");
        }
        if (unit == null && rules.unitRequired) {
            throw FIELDS.unitRequired(path + "unit");
        }
        return new Question(
                Secret.of(key),
                scopes,
                test,
                unit,
                resource,
                address,
                useId,
                cost,
                probe,
                true,
                route,
                userAgent,
                minEpoch);
    }

    private static boolean isKnown(String name) {
        return switch (name) {
            case "key",
                    "scopes",
                    "mode",
                    "unit",
                    "resource",
                    "address",
                    "use_id",
                    "cost",
                    "probe",
                    "route",
                    "user_agent",
                    "min_epoch" -> true;
            default -> false;
        };
    }

    private void readField(JsonParser json, String name, JsonToken token) {
        switch (name) {
            case "key" -> key = text(json, token, name);
            case "scopes" -> scopes = scopes(json, token);
            case "mode" -> test = FIELDS.isTest(path + name, text(json, token, name));
            case "unit" -> unit = FIELDS.unit(path + name, text(json, token, name));
            case "resource" -> resource = Optional.of(FIELDS.resource(path + name, text(json, token, name)));
            case "address" -> address = Optional.of(FIELDS.address(path + name, text(json, token, name)));
            case "use_id" -> useId = Optional.of(useId(text(json, token, name)));
            case "cost" -> cost = cost(json, token);
            case "probe" -> probe = bool(json, token, name);
            case "route" -> route = FIELDS.route(path + name, text(json, token, name));
            case "user_agent" -> userAgent = QuestionTexts.userAgent(text(json, token, name));
            case "min_epoch" -> minEpoch = epoch(json, token);
            default -> throw unknown(name, path);
        }
    }

    private ScopeSet scopes(JsonParser json, JsonToken token) {
        requireToken(token, JsonToken.START_ARRAY, path + "scopes", "a list of scopes");
        var texts = new ArrayList<String>(4);
        for (var each = json.nextToken(); each != JsonToken.END_ARRAY; each = json.nextToken()) {
            FIELDS.requireFew(path + "scopes", texts.size() + 1);
            texts.add(text(json, each, "scopes[" + texts.size() + "]"));
        }
        return FIELDS.scopes(path + "scopes", texts);
    }

    private String useId(String text) {
        if (text.isEmpty()
                || text.length() > Question.USE_ID_MAX
                || !text.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw invalid(path + "use_id", "A use_id is 1 to " + Question.USE_ID_MAX + " visible ASCII characters.");
        }
        if (rules.format.isBegunIn(text)) {
            throw invalid(
                    path + "use_id", "There is a key in \"use_id\", which is stored: name the use by something else.");
        }
        return text;
    }

    private int cost(JsonParser json, JsonToken token) {
        requireToken(token, JsonToken.VALUE_NUMBER_INT, path + "cost", "a whole number");
        if (json.getNumberType() != JsonParser.NumberType.INT || !QuestionTexts.isCost(json.getIntValue())) {
            throw FIELDS.invalidCost(path + "cost");
        }
        return json.getIntValue();
    }

    private long epoch(JsonParser json, JsonToken token) {
        requireToken(token, JsonToken.VALUE_NUMBER_INT, path + "min_epoch", "a whole number");
        if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER || json.getLongValue() < 0) {
            throw invalid(path + "min_epoch", "Send the epoch of an earlier answer.");
        }
        return json.getLongValue();
    }

    private String text(JsonParser json, JsonToken token, String name) {
        requireToken(token, JsonToken.VALUE_STRING, path + name, "a string");
        return json.getString();
    }

    private boolean bool(JsonParser json, JsonToken token, String name) {
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw invalid(path + name, "Send true or false.");
        }
        return json.getBooleanValue();
    }

    private static void requireToken(@Nullable JsonToken token, JsonToken wanted, String field, String what) {
        if (token == null) {
            throw Problem.of(ProblemCode.MALFORMED_JSON, "The body is empty: send a JSON object.")
                    .asException();
        }
        if (token != wanted) {
            throw invalid(field, "Send " + what + ".");
        }
    }

    private static ProblemException unknown(String name, String path) {
        var shown = name.length() > 64 || !name.chars().allMatch(c -> c > ' ' && c <= '~') ? "a field" : name;
        return Problem.of(ProblemCode.UNKNOWN_FIELD, "There is no field \"" + shown + "\" here: remove it.")
                .withField(path + shown)
                .asException();
    }

    private static ProblemException invalid(String field, String detail) {
        return Problem.invalidField(field, detail).asException();
    }
}
