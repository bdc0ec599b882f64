package dev.shearline.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Programs run this on Java 17. */
class ReleaseTest {

    private static final int MAGIC = 0xCAFEBABE;
    private static final int JAVA_17 = 61;

    @Test
    void classes_are_of_java_17() throws IOException {
        try (var file = new DataInputStream(LocalVerifier.class.getResourceAsStream("LocalVerifier.class"))) {
            assertThat(file.readInt()).isEqualTo(MAGIC);
            file.readUnsignedShort();
            assertThat(file.readUnsignedShort()).isEqualTo(JAVA_17);
        }
    }
}
