package dev.shearline.bench;

import java.util.List;
import java.util.Locale;

/** Two bars for each name, time and bytes, as SVG. */
final class BarChart {

    private static final int LEFT = 210;
    private static final int WIDTH = 300;
    private static final int ROW = 34;
    private static final int TOP = 58;

    /**
     * One name.
     *
     * @param micros of processor time
     * @param bytes that were allocated
     */
    record Bar(String name, double micros, double bytes) {}

    private BarChart() {}

    static String of(String title, List<Bar> bars) {
        double micros = bars.stream().mapToDouble(Bar::micros).max().orElse(1);
        double bytes = bars.stream().mapToDouble(Bar::bytes).max().orElse(1);
        var svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" width="760" height="%d" font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="10" y="20" font-size="13">%s</text>
                <text x="%d" y="42" fill="#1f5fa8">µs of processor time</text>
                <text x="%d" y="42" fill="#b3541e">bytes allocated</text>
                """.formatted(TOP + ROW * bars.size() + 12, escaped(title), LEFT, LEFT + 160));
        int y = TOP;
        for (var bar : bars) {
            svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
                    .formatted(LEFT - 10, y + 16, escaped(bar.name)));
            svg.append(rectangle(y, bar.micros / micros, "#1f5fa8", String.format(Locale.ROOT, "%.2f µs", bar.micros)));
            svg.append(
                    rectangle(y + 13, bar.bytes / bytes, "#b3541e", String.format(Locale.ROOT, "%,.0f B", bar.bytes)));
            y += ROW;
        }
        return svg.append("</svg>\n").toString();
    }

    private static String rectangle(int y, double share, String colour, String label) {
        double width = Math.max(1, share * WIDTH);
        return String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"11\" fill=\"%s\"/><text x=\"%.1f\" y=\"%d\" font-size=\"10\">%s</text>%n",
                LEFT,
                y,
                width,
                colour,
                LEFT + width + 5,
                y + 10,
                label);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
