import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * Sums the reports of Surefire and Schemathesis: {@code java TestReports.java <top of the sources> [step that broke]…}.
 * Its last line is the result, for people and machines; it exits with 1 unless something ran and nothing failed.
 */
final class TestReports {
    private static final int TAIL_LINES = 12;

    private final List<String> failures = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private int passed;

    public static void main(String[] arguments) throws Exception {
        var reports = new TestReports();
        for (var path : reportsUnder(Path.of(arguments[0]))) {
            reports.add(path);
        }
        for (int i = 1; i < arguments.length; i++) {
            reports.failures.add("broken: " + arguments[i].replace('_', ' '));
        }
        System.exit(reports.print() ? 0 : 1);
    }

    private static List<Path> reportsUnder(Path top) throws IOException {
        try (var modules = Files.newDirectoryStream(top, Files::isDirectory)) {
            var reports = new ArrayList<Path>();
            for (var module : modules) {
                var directory = module.resolve("target/surefire-reports");
                if (Files.isDirectory(directory)) {
                    try (var files = Files.newDirectoryStream(directory, "TEST-*.xml")) {
                        files.forEach(reports::add);
                    }
                }
            }
            reports.sort(null);
            return reports;
        }
    }

    private void add(Path report) throws ParserConfigurationException, IOException {
        try {
            var cases = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(report.toFile())
                    .getElementsByTagName("testcase");
            for (int i = 0; i < cases.getLength(); i++) {
                add((Element) cases.item(i));
            }
        } catch (SAXException e) {
            failures.add("broken: " + report + " (" + e.getMessage() + ")");
        }
    }

    private void add(Element testCase) {
        for (Node node = testCase.getFirstChild(); node != null; node = node.getNextSibling()) {
            switch (node.getNodeName()) {
                case "failure", "error" -> {
                    failures.add(name(testCase) + "\n" + indentedTail(((Element) node).getTextContent()));
                    return;
                }
                case "skipped" -> {
                    var why = ((Element) node).getAttribute("message").strip();
                    skipped.add("  " + name(testCase) + (why.isEmpty() ? "" : ": " + why));
                    return;
                }
                default -> {
                    // output and reruns say nothing about the result
                }
            }
        }
        passed++;
    }

    /** A test of Java has a class; a mutated request is one of a route. */
    private static String name(Element testCase) {
        var owner = testCase.getAttribute("classname");
        return owner.isEmpty() ? "mutated " + testCase.getAttribute("name") : owner + "." + testCase.getAttribute("name");
    }

    /** The message, and where in our own code it came from. */
    private static String indentedTail(String trace) {
        var kept = trace.strip()
                .lines()
                .filter(line -> !line.startsWith("\tat ") || line.contains("dev.shearline"))
                .limit(TAIL_LINES)
                .map(line -> "    " + line.strip())
                .toList();
        return String.join("\n", kept);
    }

    private boolean print() {
        if (!skipped.isEmpty()) {
            System.out.println("== not run");
            skipped.forEach(System.out::println);
        }
        if (!failures.isEmpty()) {
            System.out.println("== failed");
            failures.forEach(System.out::println);
        }
        if (passed + failures.size() == 0) {
            System.out.println("Nothing ran: no module has a test report.");
        }
        System.out.println(passed + " passed, " + failures.size() + " failed" + (skipped.isEmpty() ? "" : ", " + skipped.size() + " skipped"));
        return passed > 0 && failures.isEmpty();
    }
}
