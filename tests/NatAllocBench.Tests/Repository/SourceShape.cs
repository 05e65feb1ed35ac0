using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NatAllocBench.Tests.Repository;

/// <summary>Lengths in one source file. Attributes are not counted: those of a theory hold its data.</summary>
internal static class SourceShape
{
    /// <summary>Methods, constructors, accessors and local functions with their lines, from the name to the end.</summary>
    public static IEnumerable<(string Name, int Lines)> Methods(string text) => Root(text).DescendantNodes().Select(node => node switch
    {
        MethodDeclarationSyntax method => Measured(method.Identifier, node),
        ConstructorDeclarationSyntax constructor => Measured(constructor.Identifier, node),
        AccessorDeclarationSyntax accessor => Measured(accessor.Keyword, node),
        LocalFunctionStatementSyntax function => Measured(function.Identifier, node),
        OperatorDeclarationSyntax operation => Measured(operation.OperatorToken, node),
        _ => default,
    }).Where(method => method.Name is not null);

    /// <summary>Types that are in no other type, with their lines. A partial type has several parts.</summary>
    public static IEnumerable<(string Name, int Lines)> Types(string text) => Root(text).DescendantNodes()
        .OfType<TypeDeclarationSyntax>()
        .Where(type => type.Parent is not TypeDeclarationSyntax)
        .Select(type => (
            $"{(type.Parent as BaseNamespaceDeclarationSyntax)?.Name}.{type.Identifier}`{type.TypeParameterList?.Parameters.Count ?? 0}",
            Measured(type.Identifier, type).Lines));

    /// <summary>Numbers of the lines that are too long. What is inside a string of several lines is data, and not counted.</summary>
    public static IEnumerable<int> LongLines(string text, int most)
    {
        HashSet<int> data = [.. Root(text).DescendantNodes()
            .Where(node => node is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax)
            .Select(node => node.GetLocation().GetLineSpan())
            .Select(span => (First: span.StartLinePosition.Line + 2, Last: span.EndLinePosition.Line))
            .SelectMany(lines => Enumerable.Range(lines.First, Math.Max(0, lines.Last - lines.First + 1)))];
        return text.Split('\n').Select((line, i) => (line.Length, Number: i + 1))
            .Where(line => line.Length > most && !data.Contains(line.Number))
            .Select(line => line.Number);
    }

    private static SyntaxNode Root(string text) => CSharpSyntaxTree.ParseText(text).GetRoot();

    private static (string Name, int Lines) Measured(SyntaxToken name, SyntaxNode node) =>
        (name.Text, node.GetLocation().GetLineSpan().EndLinePosition.Line - name.GetLocation().GetLineSpan().StartLinePosition.Line + 1);
}
