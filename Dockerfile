# docker build -t natallocbench . && docker run --rm -v "$PWD/runs:/runs" natallocbench --out /runs
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish benchmarks/NatAllocBench -c Release -o /app

FROM mcr.microsoft.com/dotnet/runtime:10.0
COPY --from=build /app /app
WORKDIR /runs
ENTRYPOINT ["dotnet", "/app/NatAllocBench.dll"]
