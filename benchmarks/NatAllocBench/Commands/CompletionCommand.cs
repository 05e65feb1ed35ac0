using System.CommandLine;

namespace NatAllocBench.Commands;

/// <summary><c>completion</c>: scripts that let a shell complete commands, options and values.</summary>
internal static class CompletionCommand
{
    // The program itself knows what may follow: it answers to the directive [suggest:POSITION] with a line for each completion.
    private const string Bash = """
        # NatAllocBench. To have it in every shell, add to ~/.bashrc: source <(natallocbench completion bash)
        _natallocbench() {
            local line=${COMP_LINE} IFS=$'\n'
            COMPREPLY=($(natallocbench "[suggest:${COMP_POINT}]" "${line}" 2>/dev/null))
            local word=${COMP_WORDS[COMP_CWORD]}
            COMPREPLY=($(compgen -W "${COMPREPLY[*]}" -- "${word}"))
        }
        complete -o default -F _natallocbench natallocbench

        """;

    private const string Zsh = """
        # NatAllocBench. To have it in every shell, add to ~/.zshrc, after compinit: source <(natallocbench completion zsh)
        _natallocbench() {
            local -a replies
            replies=(${(f)"$(natallocbench "[suggest:$((CURSOR))]" "${BUFFER}" 2>/dev/null)"})
            compadd -a replies || _files
        }
        compdef _natallocbench natallocbench

        """;

    private const string PowerShell = """
        # NatAllocBench. To have it in every shell, add to $PROFILE: natallocbench completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName natallocbench -ScriptBlock {
            param($word, $commandAst, $position)
            natallocbench "[suggest:$position]" "$commandAst" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    private static readonly Argument<string> Shell = new Argument<string>("shell")
    {
        Description = "bash, zsh or powershell.",
        HelpName = "SHELL",
    }.AcceptOnlyFromAmong("bash", "zsh", "powershell");

    /// <summary>For each shell the file that it reads at its start, and the line to add to it.</summary>
    public static readonly IReadOnlyList<(string Shell, string File, string Line)> Installation =
    [
        ("bash", "~/.bashrc", "source <(natallocbench completion bash)"),
        ("zsh", "~/.zshrc, after compinit", "source <(natallocbench completion zsh)"),
        ("powershell", "$PROFILE", "natallocbench completion powershell | Out-String | Invoke-Expression"),
    ];

    public static Command Create()
    {
        var command = new Command(
            "completion",
            $"""
            Print the script that lets a shell complete the commands, options and values of natallocbench.
            To have it in every shell, add one line to a file that the shell reads:
            {string.Join('\n', Installation.Select(each => $"{each.File}: {each.Line}"))}
            """)
        {
            Shell,
        };
        JsonOutput.SetAction(command, (parsed, output) =>
        {
            string shell = parsed.GetValue(Shell)!;
            string script = shell switch { "bash" => Bash, "zsh" => Zsh, _ => PowerShell };
            output.Write(script);
            return Answer.Success(() =>
            {
                (_, string file, string line) = Installation.Single(each => each.Shell == shell);
                return JsonOutput.Node(new { shell, script, install = new { file, line } });
            });
        });
        return command;
    }
}
