package dev.shearline.server;

import dev.shearline.server.config.Setting;
import java.io.UncheckedIOException;

/** Nothing can listen where the node is told to. */
public final class AddressUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AddressUnavailableException(Setting setting, UncheckedIOException cause) {
        super(
                "This node " + cause.getMessage()
                        + ". Stop what listens there, perhaps another node, or choose another address with "
                        + setting.environmentName() + ".",
                cause);
    }
}
