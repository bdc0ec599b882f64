package dev.shearline.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code completion}. */
@Command(
        name = "completion",
        description = {
            "Prints what lets a shell complete this command:",
            "  bash  eval \"$$(shearline completion bash)\" in ~/.bashrc",
            "  zsh   eval \"$$(shearline completion zsh)\" in ~/.zshrc, after compinit",
            "  fish  shearline completion fish | source in ~/.config/fish/config.fish"
        },
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
    /** As written on the command line. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish")
    private Shell shell = Shell.bash;

    private final Surroundings surroundings;

    CompletionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var places = CompletionPlace.everyOne(Shearline.commandLine(surroundings, List.of()));
        surroundings
                .out()
                .print(
                        switch (shell) {
                            case bash -> ShellCompletion.bash(places);
                            case zsh -> ShellCompletion.zsh(places);
                            case fish -> FishCompletion.of(places);
                        });
        return ExitCode.OK;
    }
}
