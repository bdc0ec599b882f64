package dev.shearline.client;

import java.util.ArrayList;
import java.util.List;

/** Everything that is remembered and depends on one id. What is forgotten stays in the list until there is more of it than of the rest. */
final class Dependents {

    private static final int SLACK = 8;

    final String id;
    private List<Remembered> all = new ArrayList<>(1);
    private int live;

    Dependents(String id) {
        this.id = id;
    }

    void add(Remembered answer) {
        if (all.size() > 2 * live + SLACK) {
            all.removeIf(each -> each.forgotten);
        }
        all.add(answer);
        live++;
    }

    /** One of them has been forgotten; whether none is left. */
    boolean forgotten() {
        live--;
        return live == 0;
    }

    List<Remembered> takeAll() {
        var taken = all;
        all = new ArrayList<>(1);
        return taken;
    }
}
